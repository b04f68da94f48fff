"""Asking for runs: one when there is something to send, another when something will be due."""

from datetime import datetime
from uuid import UUID

from django.db.models import OuterRef, QuerySet, Subquery
from django.utils import timezone

from apps.notifications.channels.base import Channel
from apps.notifications.courier import rates
from apps.notifications.models import Delivery, Lane
from delivery.outbox import enqueue

# What is more than that is shared by several runs.
MESSAGES_OF_A_RUN = 1000


def enqueue_runs(channel: Channel, waiting: int) -> None:
    """Ask for as many runs of a channel as so many messages are worth."""
    for run_id in range(min(-(-waiting // MESSAGES_OF_A_RUN), channel.runs)):
        enqueue_run(channel.name, run_id=run_id)


def enqueue_run(channel: str, *, run_id: int = 0, not_before: datetime | None = None) -> UUID:
    """Ask for one of the runs of a channel, at once or later; requests for the same one that still wait become one."""
    return enqueue(
        "notifications.deliver_messages",
        {"channel_id": channel, "run_id": run_id},
        coalesce_key=f"notifications.deliver_messages:{channel}:{run_id}",
        not_before=not_before,
    )


def next_due_at(channel: str) -> datetime | None:
    """When a delivery of the channel is due next; it may be past. None while there is nothing to send.

    What a run has claimed is due when that run is given up: so a run that dies is followed by another.
    """
    first = _waiting(channel).filter(lane=OuterRef("pk")).order_by("due_at", "pk").values("due_at")[:1]
    lanes = Lane.objects.filter(channel=channel).annotate(first_due_at=Subquery(first))
    return min((_ready_at(lane, lane.first_due_at) for lane in lanes if lane.first_due_at), default=None)


def _ready_at(lane: Lane, due_at: datetime) -> datetime:
    return max(due_at, lane.paused_until or due_at, rates.next_slot_at(lane) or due_at)


def follow_up(channel: str, run_id: int) -> None:
    """Ask for the run after this one, within the caller's transaction, if anything is left to send.

    The first of the channel's runs sees to what is due later; the others go on only while there is work for them.
    """
    moment = next_due_at(channel)
    if moment is None:
        return
    is_later = moment > timezone.now()
    if run_id == 0:
        enqueue_run(channel, not_before=moment if is_later else None)
    elif not is_later and _is_much_due(channel, run_id * MESSAGES_OF_A_RUN):
        enqueue_run(channel, run_id=run_id)


def _is_much_due(channel: str, count: int) -> bool:
    return _waiting(channel).filter(due_at__lte=timezone.now())[count : count + 1].exists()


def _waiting(channel: str) -> QuerySet[Delivery]:
    return Delivery.objects.filter(lane__channel=channel, state=Delivery.State.WAITING, digest=None)
