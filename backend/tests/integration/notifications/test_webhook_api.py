"""Webhooks in the API: one's own, and nobody else's."""

from datetime import timedelta
from ipaddress import ip_network
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from pytest_django import Settings
from rest_framework.test import APIClient

from apps.notifications.models import Delivery, DeliveryAttempt, Lane, Redelivery, WebhookEndpoint
from apps.notifications.webhooks.endpoints import MOST_ENDPOINTS
from delivery.models import OutboxMessage
from tests.factories import make_user
from tests.integration.api.clients import assert_problem, client_of, wrong_places
from tests.webhooks import SOMEWHERE, deliveries, make_endpoint, publish_race, tell

pytestmark = pytest.mark.django_db(transaction=True)
W = "/api/v1/webhooks"


@pytest.fixture
def ana() -> User:
    return make_user("ana")


@pytest.fixture
def client(ana: User) -> APIClient:
    return client_of(ana)


def test_the_secret_is_told_once(client: APIClient) -> None:
    made = client.post(W, {"url": SOMEWHERE, "description": "ours", "kinds": ["results_published"]})
    assert made.status_code == 201
    secret = made.json()["secret"]
    assert secret.startswith("whsec_")
    endpoint = WebhookEndpoint.objects.select_related("lane").get()
    assert (endpoint.secret, endpoint.lane.provider) == (secret, f"endpoint-{endpoint.pk}")
    told = client.get(f"{W}/{endpoint.pk}").json()
    assert told == {name: value for name, value in made.json().items() if name != "secret"}
    assert {name: value for name, value in told.items() if name != "created_at"} == {
        "id": endpoint.pk,
        "url": SOMEWHERE,
        "description": "ours",
        "kinds": ["results_published"],
        "is_active": True,
        "inactive_reason": "",
        "old_secret_expires_at": None,
        "failing_since": None,
        "paused_until": None,
    }
    assert client.get(W).json()["results"] == [told]


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ({}, "url"),
        ({"url": "http://93.184.216.34/"}, "url"),
        ({"url": "https://127.0.0.1/"}, "url"),
        ({"url": "https://localhost/"}, "url"),
        ({"url": "https://no-such-host.invalid/"}, "url"),
        ({"url": "https://a:b@93.184.216.34/"}, "url"),
        ({"url": "https://" + "x" * 70 + ".example/"}, "url"),
        ({"url": SOMEWHERE, "kinds": ["results_published", "gossip"]}, "kinds[1]"),
        ({"url": SOMEWHERE, "kinds": "results_published"}, "kinds"),
        ({"url": SOMEWHERE, "description": "x" * 201}, "description"),
        ({"url": SOMEWHERE, "secret": "mine"}, "secret"),
        ({"url": SOMEWHERE, "is_active": True}, "is_active"),
    ],
)
def test_what_is_wrong_is_refused(client: APIClient, body: dict[str, Any], place: str) -> None:
    answered = client.post(W, body)
    assert [one.partition(".")[0] for one in wrong_places(answered)] == [place]
    assert not WebhookEndpoint.objects.exists()
    assert not Lane.objects.exists()


def test_the_reason_is_told(client: APIClient) -> None:
    reason = client.post(W, {"url": "https://localhost/"}).json()["errors"][0]["reason"]
    assert reason == "localhost has an address that is not on the public internet"


def test_an_allowed_network(client: APIClient, settings: Settings) -> None:
    settings.WEBHOOK_ALLOWED_NETWORKS = [ip_network("127.0.0.0/8"), ip_network("::1")]
    assert client.post(W, {"url": "https://localhost/"}).status_code == 201


def test_there_is_a_most_of_them(client: APIClient, ana: User) -> None:
    for _ in range(MOST_ENDPOINTS):
        endpoint = make_endpoint(ana)
    assert_problem(client.post(W, {"url": SOMEWHERE}), 409)
    assert client_of(make_user()).post(W, {"url": SOMEWHERE}).status_code == 201
    client.delete(f"{W}/{endpoint.pk}")
    assert client.post(W, {"url": SOMEWHERE}).status_code == 201


def test_changing(client: APIClient, ana: User) -> None:
    endpoint = make_endpoint(ana, is_active=False, inactive_reason="410 Gone")
    Lane.objects.update(failures=9, failing_since=timezone.now(), paused_until=timezone.now())
    changed = client.patch(f"{W}/{endpoint.pk}", {"description": "new", "kinds": ["status_changed", "status_changed"]})
    assert changed.status_code == 200
    told = changed.json()
    assert (told["description"], told["kinds"], told["url"]) == ("new", ["status_changed"], SOMEWHERE)
    assert (told["is_active"], told["inactive_reason"]) == (False, "410 Gone")
    assert told["failing_since"] is not None
    again = client.patch(f"{W}/{endpoint.pk}", {"is_active": True}).json()
    assert (again["is_active"], again["inactive_reason"], again["failing_since"]) == (True, "", None)
    off = client.patch(f"{W}/{endpoint.pk}", {"is_active": False}).json()
    assert (off["is_active"], off["inactive_reason"]) == (False, "made inactive by hand")
    assert wrong_places(client.patch(f"{W}/{endpoint.pk}", {"url": "https://10.0.0.1/"})) == ["url"]
    endpoint.refresh_from_db()
    assert (endpoint.url, endpoint.lane.failures) == (SOMEWHERE, 0)


def test_rotating(client: APIClient, ana: User) -> None:
    endpoint = make_endpoint(ana)
    told = client.post(f"{W}/{endpoint.pk}/rotate-secret", {}).json()
    first, before = endpoint.secret, timezone.now()
    endpoint.refresh_from_db()
    assert told["secret"] == endpoint.secret != first
    assert endpoint.old_secret == first
    expires = endpoint.old_secret_expires_at
    assert expires is not None
    assert before + timedelta(hours=23) < expires <= timezone.now() + timedelta(hours=24)
    # Only two are ever valid.
    client.post(f"{W}/{endpoint.pk}/rotate-secret", {"keep_old_hours": 168})
    endpoint.refresh_from_db()
    assert endpoint.old_secret == told["secret"]
    client.post(f"{W}/{endpoint.pk}/rotate-secret", {"keep_old_hours": 0})
    endpoint.refresh_from_db()
    assert (endpoint.old_secret, endpoint.old_secret_expires_at) == ("", None)
    for hours in (-1, 169, "x"):
        answered = client.post(f"{W}/{endpoint.pk}/rotate-secret", {"keep_old_hours": hours})
        assert wrong_places(answered) == ["keep_old_hours"]


def test_deleting(client: APIClient, ana: User) -> None:
    endpoint = make_endpoint(ana)
    tell(publish_race(ana))
    assert client.delete(f"{W}/{endpoint.pk}").status_code == 204
    for method, path in (("get", ""), ("delete", ""), ("get", "/deliveries"), ("post", "/rotate-secret")):
        assert_problem(getattr(client, method)(f"{W}/{endpoint.pk}{path}"), 404)
    assert client.get(W).json()["results"] == []
    secret = endpoint.secret
    endpoint.refresh_from_db()
    assert endpoint.secret != secret
    assert Delivery.objects.filter(endpoint=endpoint).count() == 1


def test_deliveries_with_their_attempts(client: APIClient, ana: User) -> None:
    endpoint = make_endpoint(ana)
    tell(publish_race(ana), 2)
    newest, oldest = Delivery.objects.filter(endpoint=endpoint)
    DeliveryAttempt.objects.create(
        delivery=oldest, started_at=timezone.now(), duration_ms=12, outcome="final", answer="404 Not Found"
    )
    Delivery.objects.filter(pk=oldest.pk).update(state="failed", reason="404 Not Found")
    first, second = client.get(f"{W}/{endpoint.pk}/deliveries").json()["results"]
    assert [first["id"], second["id"]] == [str(newest.uuid), str(oldest.uuid)]
    assert (second["type"], second["state"], second["reason"]) == ("results.published", "failed", "404 Not Found")
    assert second["webhook_id"] == f"msg_{oldest.uuid.hex}"
    (attempt,) = second["attempts"]
    assert (attempt["outcome"], attempt["answer"], attempt["duration_ms"]) == ("final", "404 Not Found", 12)
    failed = client.get(f"{W}/{endpoint.pk}/deliveries?state=failed").json()["results"]
    assert [one["id"] for one in failed] == [str(oldest.uuid)]
    assert wrong_places(client.get(f"{W}/{endpoint.pk}/deliveries?state=lost")) == ["state"]


def test_redelivering(client: APIClient, ana: User) -> None:
    endpoint = make_endpoint(ana)
    tell(publish_race(ana))
    delivery = deliveries().get()
    address = f"{W}/{endpoint.pk}/deliveries/{delivery.uuid}/redeliver"
    assert_problem(client.post(address), 409)  # it waits
    deliveries().update(state="sent", attempt_count=3)
    OutboxMessage.objects.all().delete()
    answered = client.post(address)
    assert (answered.status_code, answered.json()["state"]) == (202, "waiting")
    assert (answered.json()["id"], Redelivery.objects.get().by) == (str(delivery.uuid), ana)
    assert OutboxMessage.objects.get().task_name == "notifications.deliver_messages"
    deliveries().update(state="failed")
    WebhookEndpoint.objects.update(is_active=False)
    assert_problem(client.post(address), 409)
    other = make_endpoint(ana)
    assert_problem(client.post(f"{W}/{other.pk}/deliveries/{delivery.uuid}/redeliver"), 404)


def test_nobody_touches_those_of_others(ana: User) -> None:
    endpoint = make_endpoint(ana)
    tell(publish_race(ana))
    delivery = deliveries().get()
    for stranger in (client_of(make_user()), client_of(make_user(is_staff=True))):
        assert stranger.get(W).json()["results"] == []
        for method, path in (
            *(("get", ""), ("patch", ""), ("delete", ""), ("post", "/rotate-secret"), ("get", "/deliveries")),
            ("post", f"/deliveries/{delivery.uuid}/redeliver"),
        ):
            assert_problem(getattr(stranger, method)(f"{W}/{endpoint.pk}{path}", {}), 404)
    assert_problem(client_of().get(W), 401)
    assert_problem(client_of().post(W, {"url": SOMEWHERE}), 401)
