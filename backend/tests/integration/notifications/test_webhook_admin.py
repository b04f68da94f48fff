"""Endpoints in the admin: staff see how they fare, switch them on and off, and rotate secrets."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.utils import timezone

from apps.notifications.models import DeliveryAttempt, Lane, WebhookEndpoint
from apps.notifications.services import delete_webhook
from tests.factories import make_user
from tests.webhooks import deliveries, make_endpoint, publish_race, tell

pytestmark = pytest.mark.django_db(transaction=True)
LIST = "/admin/notifications/webhookendpoint/"


@pytest.fixture
def staff() -> Client:
    client = Client()
    client.force_login(make_user(is_staff=True))
    return client


@pytest.fixture
def endpoint() -> WebhookEndpoint:
    ana = make_user("ana")
    endpoint = make_endpoint(ana)
    tell(publish_race(ana))
    return endpoint


def act(client: Client, action: str, endpoint: WebhookEndpoint) -> Any:
    return client.post(LIST, {"action": action, "_selected_action": [endpoint.pk]}, follow=True)


def test_how_an_endpoint_fares(staff: Client, endpoint: WebhookEndpoint) -> None:
    assert "good" in staff.get(LIST, {"q": "ana"}).text
    now = timezone.now()
    Lane.objects.filter(pk=endpoint.lane_id).update(
        failures=3, failing_since=now, paused_until=now + timedelta(hours=1)
    )
    DeliveryAttempt.objects.create(
        delivery=deliveries().get(), started_at=now, duration_ms=1, outcome="retry", answer="503 <b>no</b>"
    )
    page = staff.get(f"{LIST}{endpoint.pk}/change/").text
    assert "3 failures in a row, since " in page
    assert "; paused until " in page
    assert f"{deliveries().get().uuid} waiting (retry: 503 &lt;b&gt;no&lt;/b&gt;)" in page
    assert endpoint.secret not in page
    assert f"whsec_...{endpoint.secret[-5:]}" in page
    assert staff.post(f"{LIST}{endpoint.pk}/change/", {"url": "https://x.example/"}).status_code == 403


def test_activating_and_deactivating(staff: Client, endpoint: WebhookEndpoint) -> None:
    act(staff, "deactivate", endpoint)
    endpoint.refresh_from_db()
    assert (endpoint.is_active, endpoint.inactive_reason) == (False, "made inactive by hand")
    Lane.objects.filter(pk=endpoint.lane_id).update(failures=3, failing_since=timezone.now())
    act(staff, "activate", endpoint)
    endpoint.refresh_from_db()
    assert (endpoint.is_active, endpoint.inactive_reason, endpoint.lane.failures) == (True, "", 0)
    assert [one.change_message for one in LogEntry.objects.order_by("pk")] == ["deactivated", "activated"]
    delete_webhook(endpoint.pk)
    assert "there is no webhook" in act(staff, "activate", endpoint).text
    endpoint.refresh_from_db()
    assert not endpoint.is_active


@pytest.mark.parametrize(("action", "keeps"), [("rotate", True), ("end_old_secret", False)])
def test_a_new_secret_is_shown_once(staff: Client, endpoint: WebhookEndpoint, action: str, keeps: bool) -> None:
    before = endpoint.secret
    page = act(staff, action, endpoint).text
    endpoint.refresh_from_db()
    assert endpoint.secret != before
    assert endpoint.secret in page
    assert endpoint.old_secret == (before if keeps else "")
    assert endpoint.secret not in staff.get(f"{LIST}{endpoint.pk}/change/").text
    assert [one.change_message for one in LogEntry.objects.all()] == ["secret rotated"]


def test_who_is_not_staff_does_nothing(endpoint: WebhookEndpoint) -> None:
    client = Client()
    client.force_login(endpoint.owner)
    assert "/admin/login/" in act(client, "deactivate", endpoint).redirect_chain[0][0]
    endpoint.refresh_from_db()
    assert endpoint.is_active
