"""When people are told that an event starts soon: a day before, once for each moment it is set to start at."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from apps.events.changes import lock_event
from apps.events.models import Event
from apps.notifications.fan_out import announce
from apps.notifications.models import Announcement

KIND = Announcement.Kind.EVENT_OPENING
AHEAD = timedelta(hours=24)


def announce_openings_due() -> dict[str, Any]:
    """Tell of each open event that starts within AHEAD, each in its own transaction. Returns how many were told."""
    told = {event.slug: _announce(event.pk) for event in _starting_soon(timezone.now())}
    return {"told": {slug: count for slug, count in told.items() if count is not None}}


def _starting_soon(now: datetime) -> QuerySet[Event]:
    soon = Event.objects.filter(state=Event.State.OPEN, starts_at__gt=now, starts_at__lte=now + AHEAD)
    return soon.order_by("starts_at", "pk")


@transaction.atomic
def _announce(event_id: int) -> int | None:
    """None if that was told before, or does not hold any more."""
    event = lock_event(event_id)
    starts_at = event.starts_at
    if starts_at is None or not _starting_soon(timezone.now()).filter(pk=event_id).exists():
        return None
    announcement, is_new = Announcement.objects.get_or_create(
        kind=KIND,
        key=f"event:{event_id}:{starts_at.isoformat()}",
        defaults={"event": event, "details": {"starts_at": starts_at.isoformat()}},
    )
    return announce(announcement) if is_new else None
