"""Who is told by webhook, what each request says, and when an endpoint is sent nothing more."""

import json
from datetime import timedelta
from ipaddress import ip_network

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from pytest_django import Settings
from standardwebhooks import Webhook

from apps.events.services import change_event_state
from apps.notifications.channels.webhook import CHANNEL
from apps.notifications.models import Lane, Preference, WebhookEndpoint
from apps.notifications.services import (
    change_webhook,
    delete_webhook,
    deliver_messages,
    redeliver_message,
    rotate_webhook_secret,
)
from delivery.models import OutboxMessage
from tests.factories import make_user
from tests.receivers import Receiver, answer
from tests.webhooks import deliveries, make_endpoint, publish_race, tell

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def loopback(settings: Settings) -> None:
    settings.WEBHOOK_ALLOWED_NETWORKS = [ip_network("127.0.0.0/8")]
    settings.WEBHOOK_ALLOW_HTTP, settings.WEBHOOK_PORTS = True, []


@pytest.fixture
def ana() -> User:
    return make_user("ana")


def run() -> dict[str, int]:
    return deliver_messages(CHANNEL.name, run_id=0)


def make_due() -> None:
    """What waits for its next try waits no longer."""
    deliveries().update(due_at=timezone.now())
    Lane.objects.update(paused_until=None)


def test_the_endpoints_that_want_a_kind(ana: User) -> None:
    every, some = make_endpoint(ana), make_endpoint(ana, kinds=["results_corrected", "results_published"])
    make_endpoint(ana, kinds=["results_corrected"])
    make_endpoint(ana, is_active=False)
    delete_webhook(make_endpoint(ana).pk)
    other = make_endpoint(make_user())
    found = list(CHANNEL.destinations("results_published").order_by("pk"))
    assert found == [(one.owner_id, one.lane_id, one.pk, "") for one in (every, some, other)]
    assert {row[2] for row in CHANNEL.destinations("status_changed")} == {every.pk, other.pk}
    assert {row[2] for row in CHANNEL.destinations("results")} == {every.pk, other.pk}
    # All of them are told in one statement.
    tell(publish_race(ana))
    assert set(deliveries().values_list("endpoint", "lane")) == {(one.pk, one.lane_id) for one in (every, some)}


def test_who_wants_none_gets_none(ana: User) -> None:
    make_endpoint(ana)
    Preference.objects.create(user=ana, kind="", channel="webhook", is_on=False, changed_by="settings")
    tell(publish_race(ana))
    assert deliveries().values_list("state", "reason").get() == ("skipped", "unwanted")


def test_each_try_is_signed_anew_and_says_what_holds(ana: User) -> None:
    with Receiver(answer(503)) as receiver:
        endpoint = make_endpoint(ana, receiver.url)
        tell(publish_race(ana))
        assert run() == {"retry": 1}
        receiver.behaviour = answer(204)
        second = rotate_webhook_secret(endpoint.pk).secret
        make_due()
        assert run() == {"sent": 1}
        redeliver_message(deliveries().get().pk, by=ana)
        WebhookEndpoint.objects.update(old_secret_expires_at=timezone.now())
        assert run() == {"sent": 1}
    requests = receiver.requests
    assert {one.headers["webhook-id"] for one in requests} == {f"msg_{deliveries().get().uuid.hex}"}
    assert [len(one.headers["webhook-signature"].split()) for one in requests] == [1, 2, 1]
    for request, secrets in zip(requests, ([endpoint.secret], [endpoint.secret, second], [second]), strict=True):
        for secret in secrets:
            assert Webhook(secret).verify(request.body, request.headers) == json.loads(request.body)
    attempts = deliveries().get().attempts.values_list("outcome", "answer")
    assert list(attempts) == [
        ("retry", "503 Service Unavailable"),
        ("sent", "204 No Content"),
        ("sent", "204 No Content"),
    ]


def test_the_body(ana: User) -> None:
    with Receiver(answer(204)) as receiver:
        make_endpoint(ana, receiver.url)
        ranking = publish_race(ana)
        tell(ranking)
        run()
    (request,) = receiver.requests
    body = json.loads(request.body)
    assert set(body) == {"type", "timestamp", "data"}
    assert body["data"]["event"] == ranking.event.slug
    assert set(body["data"]["notification"]) == {"id", "language", "title", "text", "url"}
    assert request.body == json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    assert request.headers["content-length"] == str(len(request.body.encode()))


def test_what_does_not_hold_any_more_is_not_sent(ana: User) -> None:
    with Receiver(answer(204)) as receiver:
        make_endpoint(ana, receiver.url)
        ranking = publish_race(ana)
        tell(ranking)
        change_event_state(ranking.event_id, action="unpublish", by=None)
        assert run() == {"skipped": 1}
        assert receiver.connections == 0


def test_what_waits_for_an_endpoint_that_is_gone_is_skipped(ana: User) -> None:
    with Receiver(answer(204)) as receiver:
        inactive, deleted = make_endpoint(ana, receiver.url), make_endpoint(ana, receiver.url)
        tell(publish_race(ana))
        change_webhook(inactive.pk, changes={"is_active": False})
        delete_webhook(deleted.pk)
        assert run() == {"skipped": 2}
        assert receiver.connections == 0
    reasons = dict(deliveries().values_list("endpoint", "reason"))
    assert reasons == {inactive.pk: "the endpoint is not active", deleted.pk: "the endpoint was deleted"}


def test_who_says_that_it_is_gone_is_sent_nothing_more(ana: User) -> None:
    with Receiver(answer(410)) as receiver:
        endpoint = make_endpoint(ana, receiver.url)
        tell(publish_race(ana))
        assert run() == {"final": 1}
    endpoint.refresh_from_db()
    assert not endpoint.is_active
    assert endpoint.inactive_reason.endswith("UTC: 410 Gone")
    tell(publish_race(ana))
    assert deliveries().count() == 1


@pytest.mark.parametrize(
    ("days", "tried", "is_active"),
    [(4, 8, False), (4, 7, True), (2, 8, True), (None, 8, True)],
    ids=["for long", "to be tried again", "not for long", "for the first time"],
)
def test_who_fails_for_days_is_sent_nothing_more(ana: User, days: int | None, tried: int, is_active: bool) -> None:
    with Receiver(answer(500)) as receiver:
        endpoint = make_endpoint(ana, receiver.url)
        tell(publish_race(ana))
        deliveries().update(attempt_count=tried)
        if days is not None:
            Lane.objects.update(failures=9, failing_since=timezone.now() - timedelta(days=days))
        run()
    endpoint.refresh_from_db()
    assert endpoint.is_active == is_active
    assert is_active or endpoint.inactive_reason.endswith("UTC: 500 Internal Server Error")
    # Made active again, it is tried at once.
    OutboxMessage.objects.all().delete()
    endpoint = change_webhook(endpoint.pk, changes={"is_active": True})
    assert (endpoint.is_active, endpoint.inactive_reason) == (True, "")
    assert (endpoint.lane.failures, endpoint.lane.failing_since) == (0, None)
    assert [one.task_name for one in OutboxMessage.objects.all()] == ["notifications.deliver_messages"]


def test_a_receiver_whose_messages_are_wrong_is_not_blamed(ana: User) -> None:
    """A 404 says nothing of the next message."""
    with Receiver(answer(404)) as receiver:
        endpoint = make_endpoint(ana, receiver.url)
        Lane.objects.update(failures=0)
        tell(publish_race(ana), 3)
        assert run() == {"final": 3}
    endpoint.refresh_from_db()
    assert endpoint.is_active
    assert endpoint.lane.failures == 0
