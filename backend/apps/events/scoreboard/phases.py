"""What an event's state means to a visitor."""

from datetime import datetime

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from apps.events.models import Event


class Phase(TextChoices):
    """A state as visitors know it. An open event is upcoming until it starts."""

    DRAFT = "draft", _("Draft")
    UPCOMING = "upcoming", _("Upcoming")
    LIVE = "live", _("Live")
    CLOSED = "closed", _("Closed")
    OFFICIAL = "official", _("Official")
    CANCELLED = "cancelled", _("Cancelled")


_PHASE_OF_STATE = {
    Event.State.DRAFT: Phase.DRAFT,
    Event.State.OPEN: Phase.LIVE,
    Event.State.CLOSED: Phase.CLOSED,
    Event.State.PUBLISHED: Phase.OFFICIAL,
    Event.State.ARCHIVED: Phase.OFFICIAL,
    Event.State.CANCELLED: Phase.CANCELLED,
}

# How often an open page asks whether it is out of date, in seconds. What is final is not asked about.
POLL_SECONDS = {Phase.LIVE: 5, Phase.UPCOMING: 30, Phase.CLOSED: 30}


def frozen_since(event: Event, now: datetime) -> datetime | None:
    """Since when the public does not see new scores; None if it sees all that there are."""
    return event.freeze_at if event.is_frozen and event.freeze_at is not None and event.freeze_at <= now else None


def phase_of(event: Event, now: datetime) -> Phase:
    """The event's phase at `now`."""
    if event.state == Event.State.OPEN and event.starts_at is not None and event.starts_at > now:
        return Phase.UPCOMING
    return _PHASE_OF_STATE[Event.State(event.state)]
