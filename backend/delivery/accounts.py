"""The account of all tasks: how many are in which state, and which of them nobody has any more.

A task that was sent is either finished, or there is a message of it: in a queue, in the hands of a worker, in a delay,
or dead and not yet taken in. Where a queue's tasks are more than its messages, the rest is unaccounted for. In a queue
that is never empty messages of others hide what is missing, until it is overtaken (delivery.overtaken).
"""

import time
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from celery import states
from django.db.models import Count, Exists, Min, OuterRef, Q, QuerySet
from django.utils import timezone
from django_celery_results.models import TaskResult

from delivery.broker_counts import count_messages
from delivery.in_flight import TaskIdText, sent_without, unheard_of, with_heard_at
from delivery.ledger import FAILED, State
from delivery.messages import names_by_queue
from delivery.models import OutboxMessage
from delivery.overtaken import find_overtaken

# The broker's own counts are up to five seconds old, and a worker may be between two steps: only a task that nothing
# was heard of for so long is counted, and it must be missing at two looks, so far apart.
QUIET_TIME = timedelta(seconds=30)
BETWEEN_LOOKS_SECONDS = 6.0


@dataclass(frozen=True, slots=True)
class Account:
    """The tasks of one state."""

    state: State
    count: int
    # When it was asked for; if it runs, when it began; if it failed, when that was. None of what has succeeded.
    oldest: datetime | None


def account_by_state() -> list[Account]:
    """Every task of the outbox in one of the states of delivery.ledger."""
    messages = OutboxMessage.objects.order_by()
    waiting = messages.filter(sent_at__isnull=True).aggregate(count=Count("pk"), oldest=Min("created_at"))
    sent = sent_without(Q(status__in=[*states.READY_STATES, states.STARTED])).order_by()
    sent_now = sent.aggregate(count=Count("pk"), oldest=Min("created_at"))
    asked_for = OutboxMessage.objects.annotate(text=TaskIdText("task_id")).filter(text=OuterRef("task_id"))
    results = TaskResult.objects.filter(Exists(asked_for)).order_by()
    running = results.filter(status=states.STARTED).aggregate(count=Count("pk"), oldest=Min("date_started"))
    failed = results.filter(status__in=FAILED).aggregate(count=Count("pk"), oldest=Min("date_done"))
    # The rest: too many to be looked up one by one.
    succeeded = messages.count() - sum(group["count"] for group in (waiting, sent_now, running, failed))
    return [
        Account("waiting", **waiting),
        Account("sent", **sent_now),
        Account("running", **running),
        # Below zero for a moment when tasks went from one state to the next between two of the counts.
        Account("succeeded", max(0, succeeded), None),
        Account("failed", **failed),
    ]


def find_unaccounted() -> list[OutboxMessage]:
    """Tasks that were sent, are not finished, and of which there is no message; of each queue the longest unheard of.

    Which of a queue's tasks are the missing ones cannot be seen, as a queue cannot be read without taking from it:
    those that nothing was heard of for the longest time are named, since a queue is worked off in its order. Too few
    are named while doubled messages are in the queue. Takes some seconds when there seem to be any. Raises
    BrokerUnavailable.
    """
    missing = find_missing()
    if not missing:
        return []
    time.sleep(BETWEEN_LOOKS_SECONDS)
    again = {message.pk for message in find_missing()}
    return [message for message in missing if message.pk in again]


def find_unheard(since: timedelta) -> QuerySet[OutboxMessage]:
    """Tasks that were sent, and that no worker has said a word of for so long; oldest first, with a message or without.

    Where a queue is never empty, its messages hide as many that are missing from `find_unaccounted` until they are
    overtaken; this finds them sooner. What is known to run is left out: it is in a worker's hands.
    """
    return unheard_of(timezone.now() - since).order_by("sent_at", "pk")


def find_missing() -> list[OutboxMessage]:
    """One look of the two: some of them may be between two steps. Raises BrokerUnavailable."""
    before = _count_quiet()
    if not before:
        return []
    messages = count_messages()
    # What was finished between the two counts had no message any more at the second, and is not missing.
    after = _count_quiet()
    found: dict[int, OutboxMessage] = {}
    for queue, names in names_by_queue(after).items():
        tasks = min(sum(counts[name] for name in names) for counts in (before, after))
        # Delayed messages are of any queue: none of them may be taken for missing.
        missing = tasks - messages.by_queue.get(queue, 0) - messages.delayed
        if missing > 0:
            silent = with_heard_at(_quiet().filter(task_name__in=names))
            found |= {message.pk: message for message in silent.order_by("heard_at", "pk")[:missing]}
        # Any of them may be a dead letter that is not yet taken in.
        overtaken = find_overtaken(queue, names)[messages.dead.get(queue, 0) :]
        found |= {message.pk: message for message in overtaken}
    return list(found.values())


def _quiet() -> QuerySet[OutboxMessage]:
    """Those in flight of which nothing was heard for a while."""
    since = timezone.now() - QUIET_TIME
    return sent_without(Q(status__in=states.READY_STATES) | Q(date_done__gte=since)).filter(sent_at__lt=since)


def _count_quiet() -> Counter[str]:
    """By the task's name."""
    counted = _quiet().order_by().values("task_name").annotate(count=Count("pk"))
    return Counter(dict(counted.values_list("task_name", "count")))
