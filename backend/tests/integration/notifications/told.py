"""What tests ask of announcements: who was told, and what it says to one of them now."""

from typing import Any

from django.contrib.auth.models import User

from apps.notifications.kinds.base import Facts
from apps.notifications.messages import Message, make_messages
from apps.notifications.models import Announcement, Lane, Notification, WebhookEndpoint
from delivery.models import OutboxMessage

Kind = Announcement.Kind


def told(kind: Kind) -> list[list[str]]:
    """The usernames that each announcement of a kind has reached, in the order of the announcements."""
    return [
        sorted(one.notifications.values_list("recipient__username", flat=True))
        for one in Announcement.objects.filter(kind=kind).order_by("pk")
    ]


def message_to(user: User, kind: Kind) -> Message:
    """The newest of a kind."""
    newest = Notification.objects.filter(recipient=user, announcement__kind=kind).order_by("-announcement_id").first()
    assert newest is not None
    return make_messages([newest])[0]


def facts_to(user: User, kind: Kind) -> Facts:
    """What the newest of a kind tells."""
    return message_to(user, kind).facts


def asked_for(task_name: str) -> list[dict[str, Any]]:
    """The arguments of all requests of a task, the oldest first."""
    return list(OutboxMessage.objects.filter(task_name=task_name).order_by("pk").values_list("kwargs", flat=True))


def listen(user: User, **fields: Any) -> WebhookEndpoint:
    """An endpoint of a user's program."""
    lane = Lane.objects.create(channel="webhook", provider=f"{user.username}-{Lane.objects.count()}")
    return WebhookEndpoint.objects.create(owner=user, url="http://127.0.0.1/", lane=lane, secret="whsec_", **fields)
