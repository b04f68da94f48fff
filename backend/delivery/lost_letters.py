"""Dead letters that the broker lost before they were taken into the table: made anew from outbox and results."""

import json
from datetime import timedelta

from celery import states
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django_celery_results.models import TaskResult

from delivery.dead_letter_intake import REBUILT, failure_of, rebuilt_digest
from delivery.dead_messages import DeadMessage
from delivery.following import headers_of
from delivery.in_flight import TaskIdText
from delivery.messages import queue_name_of
from delivery.models import DeadLetter, OperatorAct, OutboxMessage

# A dead message is with the broker for a moment until the consumer has taken it in.
QUIET_TIME = timedelta(seconds=30)
BATCH_ROWS = 500


def missing_letters(quiet: timedelta = QUIET_TIME) -> QuerySet[TaskResult]:
    """Results of tasks that failed longer ago than `quiet` and have no letter: the broker has it still, or lost it."""
    letter = DeadLetter.objects.filter(task_id=OuterRef("task_id"))
    asked_for = OutboxMessage.objects.annotate(text=TaskIdText("task_id")).filter(text=OuterRef("task_id"))
    failed = TaskResult.objects.filter(
        status__in=(states.FAILURE, states.REJECTED), date_done__lt=timezone.now() - quiet
    )
    return failed.filter(~Exists(letter), Exists(asked_for)).order_by("id")


def rebuild_letters(*, who: str, reason: str, quiet: timedelta = QUIET_TIME) -> int:
    """Make the missing letters, each batch in a transaction; returns how many, and keeps on record who wanted it.

    Where the message of one was not lost, and comes after all, it is known as the letter made here.
    """
    count = 0
    while made := _rebuild_batch(quiet):
        count += made
    if count:
        OperatorAct.objects.create(
            who=who, action=OperatorAct.Action.RESEND, selector={"dead_letters": True}, count=count, reason=reason
        )
    return count


@transaction.atomic
def _rebuild_batch(quiet: timedelta) -> int:
    results = list(missing_letters(quiet)[:BATCH_ROWS])
    messages = OutboxMessage.objects.filter(task_id__in=[result.task_id for result in results])
    by_id = {str(message.task_id): message for message in messages}
    letters = [_letter(by_id[result.task_id], result) for result in results]
    # Two operators at once make each of them once.
    DeadLetter.objects.bulk_create(letters, ignore_conflicts=True)
    return len(letters)


def _letter(message: OutboxMessage, result: TaskResult) -> DeadLetter:
    task_id = str(message.task_id)
    dead = DeadMessage(
        queue=queue_name_of(message.task_name),
        body=json.dumps([[], message.kwargs, {}]).encode(),
        properties={},
        headers={
            "id": task_id,
            "task": message.task_name,
            **headers_of(message.correlation_id, message.trace_context),
        },
        cause=REBUILT,
        died_at=result.date_done,
        task_id=task_id,
        task_name=message.task_name,
        correlation_id=message.correlation_id,
        kwargs=message.kwargs,
        is_redelivered=False,
    )
    return DeadLetter(**dead.kept(), **failure_of(dead, result), digest=rebuilt_digest(task_id))
