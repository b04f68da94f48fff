"""docs/webhooks.md is enough: its receiver, as it stands there, verifies what is really sent, across a rotation."""

import http.client
import json
import re
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.utils import timezone
from standardwebhooks import Webhook

from apps.events.models import Ranking
from apps.notifications.models import Announcement, Delivery, WebhookEndpoint
from apps.notifications.services import redeliver_message, rotate_webhook_secret
from apps.notifications.webhooks.requests import TYPES
from tests.factories import make_user
from tests.processes import Processes, RunningProcess, wait_until
from tests.receivers import Receiver, answer, closed_port
from tests.webhooks import LOOPBACK, make_endpoint, publish_race, tell

DOCUMENT = Path(__file__).parents[4] / "docs" / "webhooks.md"


def documented_receiver() -> str:
    (code,) = re.findall(r"^```python\n(.*?)^```", DOCUMENT.read_text(), re.DOTALL | re.MULTILINE)
    return str(code)


class DocumentedReceiver:
    """The receiver of the document, in a process of its own; one that knows another secret takes its place."""

    def __init__(self, processes: Processes, directory: Path) -> None:
        self.port = closed_port()
        self._processes = processes
        self._file = directory / "receiver.py"
        self._file.write_text(documented_receiver())
        self._process: RunningProcess | None = None

    def start(self, secret: str) -> None:
        if self._process is not None:
            self._process.kill()
        environment = {"PLACAR_SECRET": secret, "PORT": str(self.port)}
        self._process = self._processes.start(sys.executable, str(self._file), extra_environment=environment)
        wait_until(self._is_listening, "the receiver listens")

    def _is_listening(self) -> bool:
        try:
            return self.post("", {}) == 401
        except OSError:
            return False

    def post(self, body: str, headers: dict[str, str]) -> int:
        """The status with which it answers."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request("POST", "/hook", body.encode(), headers)
            return connection.getresponse().status
        finally:
            connection.close()

    @property
    def messages(self) -> list[Any]:
        """What it took for true, since it was started."""
        assert self._process is not None
        return [json.loads(line) for line in self._process.log.splitlines() if line.startswith("{")]


@pytest.fixture
def race(transactional_db: None) -> Ranking:
    """Published before anything runs that would announce it by itself."""
    return publish_race(make_user("ana"))


@pytest.fixture
def receiver(race: Ranking, processes: Processes, tmp_path: Path) -> DocumentedReceiver:
    processes.start_relay()
    processes.start_worker(**LOOPBACK)
    return DocumentedReceiver(processes, tmp_path)


@pytest.fixture
def endpoint(receiver: DocumentedReceiver) -> WebhookEndpoint:
    return make_endpoint(User.objects.get(username="ana"), f"http://127.0.0.1:{receiver.port}/hook")


def send(endpoint: WebhookEndpoint) -> Delivery:
    """Tell the race once more, and return the delivery of it once that has ended."""
    tell(Ranking.objects.latest("pk"))
    return ended(Delivery.objects.filter(endpoint=endpoint).latest("pk"))


def ended(delivery: Delivery) -> Delivery:
    def has_ended() -> bool:
        delivery.refresh_from_db()
        return delivery.state != Delivery.State.WAITING

    wait_until(has_ended, "the delivery ends")
    return delivery


def test_its_receiver_verifies_what_is_sent_across_a_rotation(
    receiver: DocumentedReceiver, endpoint: WebhookEndpoint
) -> None:
    first = endpoint.secret
    receiver.start(first)
    delivery = send(endpoint)
    assert delivery.state == "sent"
    (message,) = receiver.messages
    notification = delivery.notification
    assert message["type"] == "results.published"
    assert message["timestamp"] == f"{notification.announcement.created_at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    assert message["data"]["event"] == notification.announcement.event.slug  # type: ignore[union-attr] # it has one
    assert message["data"]["notification"]["id"] == notification.pk
    assert message["data"]["notification"]["url"].startswith(settings.SITE_URL)

    # While both are valid, whoever knows either of them is well.
    second = rotate_webhook_secret(endpoint.pk, keep_old=timedelta(hours=1)).secret
    assert send(endpoint).state == "sent"
    receiver.start(second)
    assert send(endpoint).state == "sent"
    assert len(receiver.messages) == 1

    # Afterwards the old one is worth nothing: it would still be expected where nobody took the new one.
    WebhookEndpoint.objects.filter(pk=endpoint.pk).update(old_secret_expires_at=timezone.now())
    assert send(endpoint).state == "sent"
    receiver.start(first)
    refused = send(endpoint)
    assert (refused.state, refused.reason) == ("failed", "401 Unauthorized")
    assert receiver.messages == []

    # With the right secret it is sent again, and done once however often it comes.
    receiver.start(second)
    for _ in range(2):
        redeliver_message(refused.pk, by=endpoint.owner)
        assert ended(refused).state == "sent"
    assert [one["data"]["notification"]["id"] for one in receiver.messages] == [refused.notification_id]


def test_its_receiver_refuses_what_was_not_sent_so(receiver: DocumentedReceiver, endpoint: WebhookEndpoint) -> None:
    with Receiver(answer(204)) as recorder:
        WebhookEndpoint.objects.filter(pk=endpoint.pk).update(url=recorder.url)
        send(endpoint)
        (sent,) = recorder.requests
    receiver.start(endpoint.secret)

    def answered(body: str = sent.body, **changes: str) -> int:
        return receiver.post(body, sent.headers | {name.replace("_", "-"): value for name, value in changes.items()})

    def signed(secret: str, moment: datetime) -> str:
        return Webhook(secret).sign(sent.headers["webhook-id"], moment, sent.body)

    moment = datetime.fromtimestamp(int(sent.headers["webhook-timestamp"]), UTC)
    old = moment - timedelta(minutes=10)
    stranger = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    assert answered(sent.body.replace("results.published", "results.publishes")) == 401
    assert answered(webhook_id="msg_other") == 401
    assert answered(webhook_timestamp=str(int(moment.timestamp()) + 1)) == 401
    assert answered(webhook_signature=signed(stranger, moment)) == 401
    assert answered(webhook_signature="v1,") == 401
    # Rightly signed, but recorded long ago.
    assert answered(webhook_signature=signed(endpoint.secret, old), webhook_timestamp=f"{old.timestamp():.0f}") == 401
    assert receiver.messages == []
    assert answered(webhook_signature=signed(endpoint.secret, moment)) == 204
    assert answered() == 204
    assert len(receiver.messages) == 1


def test_it_knows_every_type() -> None:
    assert not (missing := set(Announcement.Kind.values) - set(TYPES)), f"webhooks/requests.py has no type of {missing}"
    rows = re.findall(r"^\| `([a-z_.]+)` \| `([a-z_]+)` \|$", DOCUMENT.read_text(), re.MULTILINE)
    assert {kind: type_ for type_, kind in rows} == TYPES, "docs/webhooks.md and webhooks/requests.py differ"
