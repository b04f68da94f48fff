"""Removes what has been finished for long: tasks with their results, slots, and dead letters that were decided about.

What operators did stays, and so does whatever is not finished, however old.
"""

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from celery import states
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django_celery_results.models import TaskResult

from delivery.in_flight import TaskIdText
from delivery.models import DeadLetter, OutboxMessage, ScheduledSlot
from delivery.outbox import enqueue

# Rows of one transaction: short enough that nobody waits for it.
BATCH_ROWS = 1_000
# Below the soft time limit of tasks; what is left then is for another run.
BUDGET_SECONDS = 600.0
# Celery's own, which calls the cleanup of the result backend.
TASK_NAME = "celery.backend_cleanup"


def remove_finished(age: timedelta, *, budget_seconds: float = BUDGET_SECONDS) -> dict[str, int]:
    """Remove, batch by batch, what was finished longer ago than `age`. Returns how many of each kind.

    When the time is up before all of it is gone, another run is asked for.
    """
    before, deadline = timezone.now() - age, time.monotonic() + budget_seconds
    removed: dict[str, int] = {}
    for kind, remove_batch in _KINDS.items():
        removed[kind] = 0
        while count := remove_batch(before):
            removed[kind] += count
            if time.monotonic() > deadline:
                with transaction.atomic():
                    enqueue(TASK_NAME, {}, coalesce_key=TASK_NAME)
                return removed
    return removed


@transaction.atomic
def _remove_tasks(before: datetime) -> int:
    """With their results: a task without its result would look as if it were lost."""
    final = TaskResult.objects.filter(
        task_id=TaskIdText(OuterRef("task_id")), status__in=states.READY_STATES, date_done__lt=before
    )
    messages = OutboxMessage.objects.filter(Exists(final), sent_at__lt=before).order_by("id")
    rows = dict(messages.values_list("id", "task_id")[:BATCH_ROWS])
    TaskResult.objects.filter(task_id__in=[str(task_id) for task_id in rows.values()]).delete()
    OutboxMessage.objects.filter(id__in=rows).delete()
    return len(rows)


def _remove_results(before: datetime) -> int:
    """Of tasks that the outbox never had."""
    message = OutboxMessage.objects.annotate(text=TaskIdText("task_id")).filter(text=OuterRef("task_id"))
    orphans = TaskResult.objects.filter(~Exists(message), date_done__lt=before, status__in=states.READY_STATES)
    return _remove_some(orphans.order_by("id"))


def _remove_slots(before: datetime) -> int:
    # ScheduleState.handled_until keeps them from firing again.
    return _remove_some(ScheduledSlot.objects.filter(created_at__lt=before))


def _remove_dead_letters(before: datetime) -> int:
    decided = DeadLetter.objects.exclude(state=DeadLetter.State.WAITING).filter(settled_at__lt=before)
    return _remove_some(decided)


def _remove_some(rows: QuerySet[Any]) -> int:
    ids = list(rows.values_list("id", flat=True)[:BATCH_ROWS])
    rows.model._default_manager.filter(id__in=ids).delete()
    return len(ids)


_KINDS: dict[str, Callable[[datetime], int]] = {
    "tasks": _remove_tasks,
    "results": _remove_results,
    "slots": _remove_slots,
    "dead letters": _remove_dead_letters,
}
