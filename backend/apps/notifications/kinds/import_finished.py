"""A file of scores was read, refused or left off: to who submitted it."""

from collections.abc import Sequence

from apps.events.access import event_managers
from apps.events.models import ImportBatch
from apps.notifications.kinds import audience
from apps.notifications.kinds.audience import Audience
from apps.notifications.kinds.base import Facts, Kind, Role, not_visible
from apps.notifications.kinds.results_published import event_path
from apps.notifications.models import Announcement, Notification


def recipients(announcement: Announcement) -> Audience:
    """Who submitted it, while they may read what became of it."""
    event, batch = announcement.event, announcement.batch
    assert event is not None  # noqa: S101 (set where it is made)
    assert batch is not None  # noqa: S101 (set where it is made)
    submitters = event_managers(event).filter(pk__in=[batch.created_by_id] if batch.created_by_id else [])
    return audience.in_role(submitters, Role.ORGANISER)


def tell(announcement: Announcement, notifications: Sequence[Notification]) -> list[Facts]:
    """What became of the file."""
    event, batch = announcement.event, announcement.batch
    assert event is not None  # noqa: S101 (set where it is made)
    assert batch is not None  # noqa: S101 (set where it is made)
    facts = Facts({"event": event, "batch": batch}, event_path(event), {"event": event.slug, **_data(batch)})
    allowed = audience.among_users(event_managers(event), notifications)
    return [facts if one.recipient_id in allowed else not_visible() for one in notifications]


def _data(batch: ImportBatch) -> dict[str, object]:
    names = ("file_name", "state", "mode", "dry_run", "received", "accepted", "updated", "unchanged", "rejected")
    return {
        "import": batch.pk,
        **{name: getattr(batch, name) for name in (*names, "withdrawn", "refusal")},
        "finished_at": batch.finished_at.isoformat() if batch.finished_at else None,
    }


KIND = Kind(
    name=Announcement.Kind.IMPORT_FINISHED,
    defaults={Role.ORGANISER: frozenset({"inbox", "webhook"})},
    recipients=recipients,
    tell=tell,
)
