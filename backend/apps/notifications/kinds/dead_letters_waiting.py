"""Work was given up and waits for somebody to decide: to staff."""

from collections.abc import Sequence
from dataclasses import asdict

from django.contrib.auth.models import User

from apps.notifications.kinds import audience
from apps.notifications.kinds.audience import Audience
from apps.notifications.kinds.base import OVERTAKEN, Facts, Kind, Role, not_visible
from apps.notifications.models import Announcement, Notification
from delivery.attention import waiting_count, waiting_groups

LETTERS_PATH = "/admin/delivery/deadletter/"
# That a ranking failed is told to the event's owner as well.
TOLD_BY_ITSELF = ("events.generate_event_ranking", "event_id")


def recipients(_announcement: Announcement) -> Audience:
    """All staff."""
    return audience.staff()


def tell(_announcement: Announcement, notifications: Sequence[Notification]) -> list[Facts]:
    """What waits now, by the kinds of failures; nothing once all of it was decided about."""
    count = waiting_count(without=TOLD_BY_ITSELF)
    listed = [asdict(group) for group in waiting_groups(without=TOLD_BY_ITSELF)]
    data = {"count": count, "groups": [{**one, "oldest": one["oldest"].isoformat()} for one in listed]}
    withheld = "" if count else OVERTAKEN
    facts = Facts({"count": count, "groups": listed}, LETTERS_PATH, data if count else {}, withheld=withheld)
    allowed = audience.among_users(User.objects.filter(is_staff=True), notifications)
    return [facts if one.recipient_id in allowed else not_visible() for one in notifications]


KIND = Kind(
    name=Announcement.Kind.DEAD_LETTERS_WAITING,
    defaults={Role.STAFF: frozenset({"inbox", "email", "webhook"})},
    recipients=recipients,
    tell=tell,
)
