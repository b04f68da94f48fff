"""An event starts soon: to everybody who is entered."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from django.utils import timezone

from apps.events.models import Entry, Event
from apps.notifications.kinds import audience
from apps.notifications.kinds.audience import Audience
from apps.notifications.kinds.base import OVERTAKEN, WITHDRAWN, Facts, Kind, Role, not_visible
from apps.notifications.kinds.results_published import event_path
from apps.notifications.models import Announcement, Notification

STARTED = "started"  # why it is not sent any more


@dataclass(frozen=True, slots=True)
class OwnEntry:
    """One of the recipient's entries."""

    bib: str
    name: str
    divisions: Mapping[str, str]


def recipients(announcement: Announcement) -> Audience:
    """The accounts of all entries that are shown."""
    event = announcement.event
    assert event is not None  # noqa: S101 (set where it is made)
    return audience.accounts_of(audience.participants(event))


def tell(announcement: Announcement, notifications: Sequence[Notification]) -> list[Facts]:
    """When it starts, and with which bibs; not once it has started, was moved or was called off."""
    event = announcement.event
    assert event is not None  # noqa: S101 (set where it is made)
    starts_at = datetime.fromisoformat(announcement.details["starts_at"])
    withheld = _why_not(event, starts_at)
    readers = audience.readers_among(event, notifications)
    entries = _own_entries(event, [one.recipient_id for one in notifications])

    def facts(notification: Notification) -> Facts:
        own = entries.get(notification.recipient_id)
        if notification.recipient_id not in readers or not own:
            return not_visible()
        context = {"event": event, "starts_at": starts_at, "entries": own}
        data = {"event": event.slug, "starts_at": starts_at.isoformat(), "entries": [asdict(one) for one in own]}
        return Facts(context, event_path(event), {} if withheld else data, withheld=withheld)

    return [facts(one) for one in notifications]


def _why_not(event: Event, starts_at: datetime) -> str:
    if event.state == Event.State.CANCELLED:
        return WITHDRAWN
    if event.starts_at != starts_at:
        return OVERTAKEN
    return STARTED if event.state != Event.State.OPEN or starts_at <= timezone.now() else ""


def _own_entries(event: Event, user_ids: Sequence[int]) -> dict[int, list[OwnEntry]]:
    shown = Entry.objects.filter(event=event, participant__user__in=user_ids, standing__in=Entry.SHOWN)
    found: dict[int, list[OwnEntry]] = {}
    for entry in shown.select_related("participant", "division_set").order_by("pk"):
        account = entry.participant.user_id
        if account is not None:
            own = OwnEntry(entry.bib, entry.participant.name, dict(entry.division_set.values))
            found.setdefault(account, []).append(own)
    return found


KIND = Kind(
    name=Announcement.Kind.EVENT_OPENING,
    defaults={Role.PARTICIPANT: frozenset({"inbox", "email", "webhook"})},
    recipients=recipients,
    tell=tell,
)
