"""Tasks that younger ones of their queue have overtaken: nobody has them, whatever messages wait in the queue.

A queue is worked off in its order, messages that come back are again its first, and no worker has one in hand for
longer than the broker lets it. So a task is lost when others of its queue have been finished for so long that were
asked for after it.
"""

from datetime import datetime, timedelta

from celery import states
from django.db.models import Max, QuerySet
from django.utils import timezone
from django_celery_results.models import TaskResult

from delivery.checks import CONSUMER_TIMEOUT
from delivery.in_flight import unheard_of, with_heard_at
from delivery.messages import queue_name_of
from delivery.models import OutboxMessage
from delivery.names import registered_tasks

# The others were asked for so long after something was heard of the task: what a retry may be delayed (Celery's longest
# backoff).
LONG = timedelta(minutes=10)
# And finished so long ago: a worker of several queues holds messages of each, which wait behind what it runs of others.
# What is held for longer than its timeout the broker takes back; it looks once a minute.
IN_HAND = timedelta(seconds=CONSUMER_TIMEOUT, minutes=5)
# Of the finished tasks of a queue only the last are looked at: nearly always they are the last asked for as well.
LAST_FINISHED = 100


def find_overtaken(queue: str, names: list[str]) -> QuerySet[OutboxMessage]:
    """Those of the queue's tasks of these names that were overtaken, first those unheard of for longest."""
    asked_for = _last_asked_for(queue)
    if asked_for is None:
        return OutboxMessage.objects.none()
    return with_heard_at(unheard_of(asked_for - LONG).filter(task_name__in=names)).order_by("heard_at", "pk")


def _last_asked_for(queue: str) -> datetime | None:
    """When the last was asked for of the tasks of the queue that have been finished for long.

    Not when it was sent: it may have been sent again meanwhile, and have been finished by its first message.
    """
    names = [name for name in registered_tasks() if queue_name_of(name) == queue]
    finished = TaskResult.objects.filter(
        task_name__in=names, status__in=states.READY_STATES, date_done__lt=timezone.now() - IN_HAND
    ).order_by("-date_done")
    ids = list(finished.values_list("task_id", flat=True)[:LAST_FINISHED])
    last: datetime | None = OutboxMessage.objects.filter(task_id__in=ids).aggregate(last=Max("created_at"))["last"]
    return last
