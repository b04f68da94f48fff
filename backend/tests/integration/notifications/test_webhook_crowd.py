"""Receivers of every sort at once, through relay, broker and a single worker: no bad one holds a good one up."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass

import pytest

from apps.notifications.models import Delivery, DeliveryAttempt, WebhookEndpoint
from tests import receivers
from tests.factories import make_user
from tests.processes import Processes, wait_until
from tests.receivers import Behaviour, Receiver, answer, closed_port
from tests.webhooks import LOOPBACK, make_endpoint, publish_race, states_at, tell

MESSAGES = 30
TIMEOUT_SECONDS = 20
# A second try, and no more.
ENVIRONMENT = {**LOOPBACK, "WEBHOOK_TIMEOUT_SECONDS": str(TIMEOUT_SECONDS), "NOTIFICATION_RETRY_DELAYS": "0.2"}
METADATA = "http://169.254.169.254/latest/meta-data/"


@dataclass
class Side:
    """A receiver and the endpoint that leads there."""

    receiver: Receiver
    endpoint: WebhookEndpoint

    @property
    def attempts(self) -> list[tuple[str, str]]:
        """Outcome and answer of each."""
        found = DeliveryAttempt.objects.filter(delivery__endpoint=self.endpoint)
        return list(found.values_list("outcome", "answer"))

    def ended(self) -> bool:
        """Whether nothing waits to be sent there."""
        return not Delivery.objects.filter(endpoint=self.endpoint, state=Delivery.State.WAITING).exists()


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def busy_first(receiver: Receiver, connection: object) -> None:
    """429 with Retry-After once, then all is well."""
    again = len(receiver.requests) > 1
    behaviour = answer(204) if again else answer(429, b"slow down", Retry_After=2)
    behaviour(receiver, connection)  # type: ignore[arg-type] # a socket


BAD: dict[str, Behaviour] = {
    "hangs": receivers.hang,
    "fails": answer(500, b"out of order"),
    "is busy": busy_first,
    "redirects": answer(302, Location=METADATA),
    "never ends": receivers.endless_body(200),
    "fails without an end": receivers.endless_body(500),
    "drips": receivers.drip_header,
    "resets": receivers.reset,
    "is gone": answer(410),
    "refuses": answer(403, b"not here"),
}


def test_no_receiver_holds_another_up(processes: Processes, stack: ExitStack) -> None:
    slow_owner, good_owner, bad_owner = make_user("slow"), make_user("good"), make_user("bad")

    def sides(behaviours: dict[str, Behaviour], owner: object) -> dict[str, Side]:
        found = {}
        for name, behaviour in behaviours.items():
            receiver = stack.enter_context(Receiver(behaviour))
            found[name] = Side(receiver, make_endpoint(owner, receiver.url))  # type: ignore[arg-type] # a user
        return found

    # Eight that hang with much to be sent, before any other has anything.
    slow = sides({f"slow {number}": receivers.hang for number in range(8)}, slow_owner)
    good = sides({f"good {number}": answer(204) for number in range(5)}, good_owner)
    bad = sides(BAD, bad_owner)
    closed = make_endpoint(bad_owner, f"http://127.0.0.1:{closed_port()}/")
    slow_race, good_race, bad_race = publish_race(slow_owner), publish_race(good_owner), publish_race(bad_owner)
    processes.start_relay()
    processes.start_worker(**ENVIRONMENT)
    tell(slow_race, MESSAGES)
    wait_until(lambda: all(one.receiver.requests for one in slow.values()), "the slow ones hang")

    tell(bad_race)
    tell(good_race, MESSAGES)
    wait_until(lambda: all(len(one.receiver.requests) == MESSAGES and one.ended() for one in good.values()), "good")
    # At this moment no try at those that hang has ended.
    for name, side in {**slow, "hangs": bad["hangs"], "drips": bad["drips"]}.items():
        assert side.attempts == [], name
    for name, side in good.items():
        assert states_at(side.endpoint) == ["sent"], name
        received = [one.headers["webhook-id"] for one in side.receiver.requests]
        assert len(received) == len(set(received)) == MESSAGES, name

    # The slow ones recover.
    for side in slow.values():
        side.receiver.recover(answer(204))
    wait_until(lambda: all(one.ended() for one in {**slow, **bad}.values()), "an end of all")
    for name, side in slow.items():
        assert states_at(side.endpoint) == ["sent"], name
        assert len(side.receiver.requests) >= MESSAGES, name
    timeout = ("retry", f"no answer within {TIMEOUT_SECONDS} s")
    redirected = f"302 Found: redirects are not followed; it points to {METADATA}"
    body = "x" * 300
    assert {name: side.attempts for name, side in bad.items() if name not in ("resets",)} == {
        "hangs": [timeout, timeout],
        "fails": [("retry", "500 Internal Server Error: out of order")] * 2,
        "is busy": [("slow_retry", "429 Too Many Requests: slow down"), ("sent", "204 No Content")],
        "redirects": [("final", redirected)],
        "never ends": [("sent", f"200 OK: {body}")],
        "fails without an end": [("retry", f"500 Internal Server Error: {body}")] * 2,
        "drips": [timeout, timeout],
        "is gone": [("final", "410 Gone")],
        "refuses": [("final", "403 Forbidden: not here")],
    }
    assert [outcome for outcome, _answer in bad["resets"].attempts] == ["retry", "retry"]
    assert {name: states_at(side.endpoint) for name, side in bad.items()} == {
        name: ["sent"] if name in ("is busy", "never ends") else ["failed"] for name in bad
    }
    wait_until(lambda: states_at(closed) == ["failed"], "the closed one is given up")
    assert DeliveryAttempt.objects.filter(delivery__endpoint=closed, outcome="retry").count() == 2
    gone = WebhookEndpoint.objects.get(pk=bad["is gone"].endpoint.pk)
    assert not gone.is_active
    assert gone.inactive_reason.endswith("UTC: 410 Gone")
    assert WebhookEndpoint.objects.filter(is_active=False).count() == 1
