"""The status of an entry was changed, with a reason: to the account of whoever takes part."""

from collections.abc import Sequence
from typing import Any

from apps.events.models import Correction, Entry, Event
from apps.notifications.kinds import audience
from apps.notifications.kinds.audience import Audience
from apps.notifications.kinds.base import OVERTAKEN, WITHDRAWN, Facts, Kind, Role, not_visible
from apps.notifications.kinds.results_published import event_path
from apps.notifications.models import Announcement, Notification


def recipients(announcement: Announcement) -> Audience:
    """The account of the entry, while it is shown."""
    event, correction = announcement.event, announcement.correction
    assert event is not None  # noqa: S101 (set where it is made)
    assert correction is not None  # noqa: S101 (set where it is made)
    return audience.accounts_of(audience.participants(event).filter(pk=correction.entry_id))


def tell(announcement: Announcement, notifications: Sequence[Notification]) -> list[Facts]:
    """The status as it is now, unless it was changed once more: that is told by itself."""
    event, correction = announcement.event, announcement.correction
    assert event is not None  # noqa: S101 (set where it is made)
    assert correction is not None  # noqa: S101 (set where it is made)
    entry = Entry.objects.select_related("participant").get(pk=correction.entry_id)
    facts = _facts(event, entry, correction)
    own = audience.readers_among(event, notifications) if entry.standing in Entry.SHOWN else set()
    account = entry.participant.user_id
    return [facts if one.recipient_id == account and account in own else not_visible() for one in notifications]


def _facts(event: Event, entry: Entry, correction: Correction) -> Facts:
    told: dict[str, Any] = {
        "bib": entry.bib,
        "name": entry.participant.name,
        "before": correction.before["status"],
        "after": correction.after["status"],
        "reason": _reason(event, entry, correction),
    }
    withheld = _why_not(event, entry, correction)
    if withheld:
        return Facts({"event": event, **told, "reason": ""}, event_path(event), withheld=withheld)
    return Facts({"event": event, **told}, f"{event_path(event)}entries/{entry.bib}", {"event": event.slug, **told})


def _reason(event: Event, entry: Entry, correction: Correction) -> str:
    """What the entry shows beside its status. Where it shows nothing, why it was corrected, as revisions tell it.

    Not while the event is frozen: what a revision tells of then might be a score that is not shown yet.
    """
    return entry.status_reason or ("" if event.is_frozen else correction.reason)


def _why_not(event: Event, entry: Entry, correction: Correction) -> str:
    if event.state == Event.State.CANCELLED:
        return WITHDRAWN
    newer = Correction.objects.filter(entry=entry, kind=Correction.Kind.STATUS, pk__gt=correction.pk)
    if any(one.before["status"] != one.after["status"] for one in newer.only("before", "after")):
        return OVERTAKEN
    # An import changes a status without a correction.
    return "" if Entry.Status(entry.status).label == correction.after["status"] else OVERTAKEN


KIND = Kind(
    name=Announcement.Kind.STATUS_CHANGED,
    defaults={Role.PARTICIPANT: frozenset({"inbox", "email", "webhook"})},
    recipients=recipients,
    tell=tell,
)
