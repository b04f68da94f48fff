"""The ranking of an event could not be made: to the event's owner and staff."""

from collections.abc import Sequence
from datetime import datetime

from django.contrib.auth.models import User

from apps.events.access import event_managers
from apps.notifications.kinds import audience
from apps.notifications.kinds.audience import Audience
from apps.notifications.kinds.base import OVERTAKEN, Facts, Kind, Role, not_visible
from apps.notifications.kinds.dead_letters_waiting import LETTERS_PATH
from apps.notifications.kinds.results_published import event_path
from apps.notifications.models import Announcement, Notification


def recipients(announcement: Announcement) -> Audience:
    """The owner as organiser, be that staff or not, and all staff."""
    event = announcement.event
    assert event is not None  # noqa: S101 (set where it is made)
    owner = User.objects.filter(pk__in=[event.owner_id] if event.owner_id else [])
    return audience.staff().union(audience.in_role(owner, Role.ORGANISER), all=True)


def tell(announcement: Announcement, notifications: Sequence[Notification]) -> list[Facts]:
    """Why it failed; not once the event has a ranking of all that there is."""
    event = announcement.event
    assert event is not None  # noqa: S101 (set where it is made)
    error, failed_at = announcement.details["error"], datetime.fromisoformat(announcement.details["failed_at"])
    withheld = OVERTAKEN if event.ranked_version == event.input_version else ""
    allowed = audience.among_users(event_managers(event), notifications)

    def facts(notification: Notification) -> Facts:
        if notification.recipient_id not in allowed:
            return not_visible()
        # What went wrong inside is for staff.
        is_staff = notification.role == Role.STAFF
        told = error if is_staff else ""
        context = {"event": event, "error": told, "failed_at": failed_at}
        data = {"event": event.slug, "error": told, "failed_at": failed_at.isoformat()}
        path = LETTERS_PATH if is_staff else event_path(event)
        return Facts(context, path, {} if withheld else data, withheld=withheld)

    return [facts(one) for one in notifications]


KIND = Kind(
    name=Announcement.Kind.RANKING_FAILED,
    defaults={
        Role.ORGANISER: frozenset({"inbox", "email", "webhook"}),
        Role.STAFF: frozenset({"inbox", "email", "webhook"}),
    },
    recipients=recipients,
    tell=tell,
)
