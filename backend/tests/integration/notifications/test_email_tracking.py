"""What a provider reports of e-mails it took: bounces and complaints, as Postmark posts them."""

import base64
import importlib
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client, override_settings
from django.urls import clear_url_caches

import config.urls
from apps.notifications.models import SuppressedAddress

pytestmark = pytest.mark.django_db(transaction=True)
PATH = "/anymail/postmark/tracking/"
SECRET = "placar:secret"
# https://postmarkapp.com/developer/webhooks/bounce-webhook
BOUNCE: dict[str, Any] = {
    "RecordType": "Bounce",
    "MessageStream": "outbound",
    "ID": 4323372036854775807,
    "Type": "HardBounce",
    "TypeCode": 1,
    "Name": "Hard bounce",
    "MessageID": "883953f4-6105-42a2-a16a-77a8eac79483",
    "Description": "The server was unable to deliver your message (ex: unknown user, mailbox not found).",
    "Details": "smtp;550 5.1.1 no such user",
    "Email": "Ana@Example.org",
    "From": "placar@example.com",
    "BouncedAt": "2026-05-01T16:33:54.9070259Z",
    "DumpAvailable": True,
    "Inactive": True,
    "CanActivate": True,
    "Subject": "Results",
}


@pytest.fixture
def _configured() -> Iterator[None]:
    """The URL map of a deployment that has the secret."""
    with override_settings(ANYMAIL={"WEBHOOK_SECRET": SECRET}):
        importlib.reload(config.urls)
        clear_url_caches()
        yield
    importlib.reload(config.urls)
    clear_url_caches()


def report(event: dict[str, Any], secret: str = SECRET) -> int:
    authorization = "Basic " + base64.b64encode(secret.encode()).decode()
    client = Client(enforce_csrf_checks=True)
    answer = client.post(PATH, event, "application/json", headers={"Authorization": authorization})
    status: int = answer.status_code
    return status


@pytest.mark.usefixtures("_configured")
def test_a_hard_bounce_suppresses_the_address() -> None:
    for _time in range(2):
        assert report(BOUNCE) == 200
    (row,) = SuppressedAddress.objects.all()
    assert row.address == "ana@example.org"
    assert row.reason == "bounced: bounced: smtp;550 5.1.1 no such user"


@pytest.mark.usefixtures("_configured")
def test_a_large_report_is_taken_from_the_provider_alone() -> None:
    """Others are let through to the view, which asks for the secret before it reads anything."""
    large = BOUNCE | {"Content": "x" * 70_000}
    assert report(large) == 200
    assert SuppressedAddress.objects.count() == 1
    assert report(large, secret="placar:wrong") == 400


def test_without_a_secret_a_large_report_is_refused_unread() -> None:
    assert report(BOUNCE | {"Content": "x" * 70_000}) == 413


@pytest.mark.usefixtures("_configured")
@pytest.mark.parametrize(
    ("changes", "is_suppressed"),
    [
        ({"Type": "SpamComplaint", "RecordType": "SpamComplaint"}, True),
        ({"Type": "BadEmailAddress"}, True),
        ({"Type": "Unsubscribe"}, True),
        ({"Type": "SoftBounce"}, False),
        ({"Type": "Transient"}, False),
        ({"Type": "Blocked"}, False),
        ({"RecordType": "Delivery", "Type": "x", "Recipient": "ana@example.org"}, False),
        ({"RecordType": "Open", "Type": "x", "Recipient": "ana@example.org"}, False),
    ],
)
def test_what_else_is_reported(changes: dict[str, Any], is_suppressed: bool) -> None:
    assert report({**BOUNCE, **changes}) == 200
    assert SuppressedAddress.objects.exists() == is_suppressed


@pytest.mark.usefixtures("_configured")
def test_who_does_not_know_the_secret_suppresses_nobody() -> None:
    assert report(BOUNCE, secret="placar:guess") == 400
    assert Client().post(PATH, BOUNCE, "application/json").status_code == 400
    assert not SuppressedAddress.objects.exists()


def test_without_the_secret_there_is_no_such_address() -> None:
    assert report(BOUNCE) == 404
