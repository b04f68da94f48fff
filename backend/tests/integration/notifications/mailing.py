"""What the tests of e-mail share: somebody who is told something, and a run of the channel with a real mail server."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.contrib.auth.models import User
from django.test import override_settings
from django.utils import timezone

from apps.events.models import Event
from apps.notifications.channels.email import CHANNEL
from apps.notifications.courier.run import run_channel
from apps.notifications.models import Announcement, Delivery, Lane
from apps.notifications.services import announce_event_ranking
from tests.factories import add_entry, add_score, make_event, make_user, publish_event
from tests.mail_server import MailServer, mail_server

SENDER = "Placar <placar@example.com>"
SMTP = "django.core.mail.backends.smtp.EmailBackend"


@contextmanager
def mailing(**options: Any) -> Iterator[MailServer]:
    """A mail server, and settings that lead there."""
    with (
        mail_server(**options) as server,
        override_settings(
            EMAIL_BACKEND=SMTP, EMAIL_HOST="127.0.0.1", EMAIL_PORT=server.port, DEFAULT_FROM_EMAIL=SENDER
        ),
    ):
        yield server


def make_race(*users: User, name: str = "Harbour 10K") -> Event:
    """An open event in which these finished one after the other."""
    event = make_event(name=name)
    for number, user in enumerate(users, 1):
        add_entry(event, str(number), name=user.username.title(), user=user)
        add_score(event, str(number), f"2{number}:00")
    return event


def tell(*users: User, name: str = "Harbour 10K") -> Announcement:
    """Publish a race of these."""
    ranking = publish_event(make_race(*users, name=name))
    announce_event_ranking(ranking.pk)
    return Announcement.objects.get(ranking=ranking)


def runner(name: str) -> User:
    """With an address in capitals, as some people write theirs."""
    return make_user(name, email=f"{name.title()}@example.org")


def run() -> dict[str, int]:
    """One run of the channel, in this process."""
    return run_channel(CHANNEL, 0)


def make_all_due() -> None:
    """As if everybody had waited long enough."""
    Delivery.objects.filter(state=Delivery.State.WAITING).update(due_at=timezone.now())
    Lane.objects.update(paused_until=None)


def delivery_of(user: User) -> Delivery:
    """The only one."""
    return Delivery.objects.get(notification__recipient=user, channel="email")
