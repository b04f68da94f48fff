"""Asking for runs: one when there is something to send, another when something will be due."""

from datetime import datetime
from uuid import UUID

from django.db.models import Min
from django.utils import timezone

from apps.notifications.courier import rates
from apps.notifications.models import Delivery, Lane
from delivery.outbox import enqueue


def enqueue_run(channel: str, *, number: int = 0, not_before: datetime | None = None) -> UUID:
    """Ask for a run of a channel, at once or later; requests of the same number that still wait become one."""
    return enqueue(
        "notifications.deliver_messages",
        {"channel_id": channel},
        coalesce_key=f"notifications.deliver_messages:{channel}:{number}",
        not_before=not_before,
    )


def next_due_at(channel: str) -> datetime | None:
    """When a delivery of the channel is due next; it may be past. None while there is nothing to send.

    What a run has claimed is due when that run is given up: so a run that dies is followed by another.
    """
    due = Delivery.objects.filter(lane__channel=channel, state=Delivery.State.WAITING)
    lanes = due.order_by().values("lane").annotate(first=Min("due_at")).values_list("lane", "first")
    first_of_lane = dict(lanes)
    now = timezone.now()
    return min(
        (_ready_at(lane, first_of_lane[lane.pk], now) for lane in Lane.objects.filter(pk__in=first_of_lane)),
        default=None,
    )


def _ready_at(lane: Lane, due_at: datetime, now: datetime) -> datetime:
    return max(due_at, lane.paused_until or due_at, rates.next_slot_at(lane, now))


def follow_up(channel: str) -> None:
    """Ask for the run after this one, within the caller's transaction, if anything is left to send."""
    moment = next_due_at(channel)
    if moment is not None:
        enqueue_run(channel, not_before=moment if moment > timezone.now() else None)
