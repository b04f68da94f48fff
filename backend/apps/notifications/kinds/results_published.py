"""Results were published: to everybody who is in them."""

from collections.abc import Sequence

from apps.events.models import Event, Ranking
from apps.events.states import OFFICIAL
from apps.notifications.kinds import audience
from apps.notifications.kinds.audience import Audience
from apps.notifications.kinds.base import WITHDRAWN, Facts, Kind, Role, not_visible
from apps.notifications.models import Announcement, Notification
from apps.notifications.places import Place, own_places


def recipients(announcement: Announcement) -> Audience:
    """Those shown now who may see the event, and its owner's program."""
    event = announcement.event
    assert event is not None  # noqa: S101 (set where it is made)
    accounts = audience.accounts_of(audience.participants(event))
    return accounts.union(audience.organiser(event.owner_id), all=True)


def tell(announcement: Announcement, notifications: Sequence[Notification]) -> list[Facts]:
    """The recipient's places in what is official now: never in results that were taken back."""
    event, current = announcement.event, None
    assert event is not None  # noqa: S101 (set where it is made)
    if event.state in OFFICIAL:
        current = event.public_ranking
    readers = audience.readers_among(event, notifications)
    places = own_places(current, [one.recipient_id for one in notifications]) if current else {}
    is_current = current is not None and current.pk == announcement.ranking_id

    def facts(notification: Notification) -> Facts:
        if notification.recipient_id not in readers:
            return not_visible()
        if current is None:
            return _withdrawn(event)
        own = places[notification.recipient_id]
        if not own and notification.role == Role.PARTICIPANT:
            return not_visible()
        return _facts(event, current, own, is_current=is_current)

    return [facts(one) for one in notifications]


def _withdrawn(event: Event) -> Facts:
    return Facts({"event": event, "is_current": False, "places": []}, event_path(event), withheld=WITHDRAWN)


def _facts(event: Event, current: Ranking, places: Sequence[Place], *, is_current: bool) -> Facts:
    return Facts(
        {"event": event, "is_current": is_current, "places": list(places)},
        event_path(event),
        {"event": event.slug, "revision": current.revision, "places": [one.data() for one in places]},
    )


def event_path(event: Event) -> str:
    """The event's scoreboard."""
    return f"/events/{event.slug}/"


KIND = Kind(
    name=Announcement.Kind.RESULTS_PUBLISHED,
    defaults={Role.PARTICIPANT: frozenset({"inbox", "email", "webhook"}), Role.ORGANISER: frozenset({"webhook"})},
    recipients=recipients,
    tell=tell,
)
