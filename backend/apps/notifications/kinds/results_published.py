"""Results were published: to everybody who is in them."""

from collections.abc import Sequence
from typing import Any

from django.db.models import F, QuerySet, Value

from apps.events.models import Entry, Event
from apps.events.states import OFFICIAL
from apps.notifications.kinds.base import Facts, Kind, Role
from apps.notifications.models import Announcement, Notification
from apps.notifications.places import own_places


def recipients(announcement: Announcement) -> QuerySet[Any, tuple[int, int]]:
    """Those shown now: who was hidden by a correction that is not ranked yet is told nothing."""
    entries = Entry.objects.filter(event=announcement.event_id, standing__in=Entry.SHOWN)
    own = entries.filter(participant__user__isnull=False).order_by()
    return own.values_list(F("participant__user"), Value(int(Role.PARTICIPANT)))


def tell(announcement: Announcement, notifications: Sequence[Notification]) -> list[Facts]:
    """The recipient's places in what is official now: never in results that were taken back."""
    event, ranking = announcement.event, announcement.ranking
    assert event is not None  # noqa: S101 (set where it is made)
    assert ranking is not None  # noqa: S101 (set where it is made)
    current = event.public_ranking if event.state in OFFICIAL else None
    context = {"event": event, "is_current": current == ranking}
    if current is None:
        return [Facts({**context, "places": []}, _path(event), withheld="withdrawn") for _one in notifications]
    places = own_places(current, [one.recipient_id for one in notifications])
    return [
        Facts(
            {**context, "places": places[one.recipient_id]},
            _path(event),
            {
                "event": event.slug,
                "revision": current.revision,
                "places": [one.data() for one in places[one.recipient_id]],
            },
        )
        for one in notifications
    ]


def _path(event: Event) -> str:
    return f"/events/{event.slug}/"


KIND = Kind(
    name=Announcement.Kind.RESULTS_PUBLISHED,
    defaults={Role.PARTICIPANT: frozenset({"inbox", "email", "webhook"}), Role.ORGANISER: frozenset({"webhook"})},
    recipients=recipients,
    tell=tell,
)
