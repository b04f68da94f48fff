"""Who changed where messages go is remembered with the change; nobody edits what is remembered."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.security.models import SecurityEvent
from tests.factories import make_user
from tests.integration.api.clients import API, client_of
from tests.webhooks import SOMEWHERE

pytestmark = pytest.mark.django_db


def test_what_becomes_of_a_webhook_is_remembered() -> None:
    ana = make_user("ana")
    client = client_of(ana)
    webhook = client.post(f"{API}/webhooks", {"url": SOMEWHERE}).json()["id"]
    client.patch(f"{API}/webhooks/{webhook}", {"description": "x"})
    client.post(f"{API}/webhooks/{webhook}/rotate-secret", {})
    client.post(f"{API}/webhooks/{webhook}/rotate-secret", {"keep_old_hours": -1})  # refused: nothing was done
    client.delete(f"{API}/webhooks/{webhook}")
    client.delete(f"{API}/webhooks/{webhook}")
    told = list(SecurityEvent.objects.order_by("pk").values_list("kind", "user", "what", "address"))
    kinds = ("webhook_made", "webhook_changed", "secret_rotated", "webhook_deleted")
    assert told == [(kind, ana.pk, f"webhook {webhook}", "127.0.0.1") for kind in kinds]


def test_what_one_user_does_is_remembered_so_often_in_an_hour(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("apps.security.audit.MOST_ACTS", 3)
    ana, bea = make_user("ana"), make_user("bea")
    webhook = client_of(ana).post(f"{API}/webhooks", {"url": SOMEWHERE}).json()["id"]
    for number in range(5):
        answer = client_of(ana).patch(f"{API}/webhooks/{webhook}", {"description": str(number)})
        assert answer.status_code == 200
    client_of(ana).delete(f"{API}/webhooks/{webhook}")
    client_of(bea).post(f"{API}/webhooks", {"url": SOMEWHERE})
    told = list(SecurityEvent.objects.order_by("pk").values_list("kind", "username"))
    made, changed, deleted = "webhook_made", "webhook_changed", "webhook_deleted"
    assert told == [(made, "ana"), *[(changed, "ana")] * 3, (deleted, "ana"), (made, "bea")]


def test_a_deleted_account_leaves_its_name() -> None:
    ana = make_user("ana")
    event = SecurityEvent.objects.create(kind=SecurityEvent.Kind.LOGGED_IN, user=ana, username="ana")
    ana.delete()
    event.refresh_from_db()
    assert (event.user, event.username) == (None, "ana")


def test_sessions_that_have_ended_go_with_the_log_ins_that_come() -> None:
    ended, lasting = timezone.now() - timedelta(seconds=1), timezone.now() + timedelta(hours=1)
    Session.objects.bulk_create(Session(session_key=f"ended-{number}", expire_date=ended) for number in range(15))
    Session.objects.create(session_key="lasting", expire_date=lasting)
    ana = make_user("ana")
    for left in (5, 0):
        Client().force_login(ana)
        assert Session.objects.filter(session_key__startswith="ended").count() == left
    assert Session.objects.filter(expire_date__gt=timezone.now()).count() == 3


@pytest.fixture
def root() -> User:
    return make_user("root", is_staff=True, is_superuser=True)


@pytest.mark.parametrize("name", ["security_securityevent", "admin_logentry"])
def test_even_a_superuser_only_looks(root: User, name: str) -> None:
    event = SecurityEvent.objects.create(kind=SecurityEvent.Kind.LOGGED_IN, user=root, username="root")
    LogEntry.objects.create(pk=event.pk, user=root, action_flag=2, object_repr="x", change_message="[]")
    client = Client()
    client.force_login(root)

    def status(page: str, method: str = "get", *arguments: Any) -> int:
        answer = getattr(client, method)(reverse(f"admin:{name}_{page}", args=arguments))
        return int(answer.status_code)

    assert status("changelist") == status("change", "get", event.pk) == 200
    assert status("add") == status("change", "post", event.pk) == status("delete", "post", event.pk) == 403


def test_a_change_of_permissions_is_in_the_log(root: User) -> None:
    ana = make_user("ana")
    client = Client()
    client.force_login(root)
    address = reverse("admin:auth_user_change", args=[ana.pk])
    form = client.get(address).context["adminform"].form
    fields = {name: "" if value is None else value for name, value in form.initial.items() if name != "password"}
    joined = {"date_joined_0": "2026-01-01", "date_joined_1": "00:00:00", "last_login_0": "", "last_login_1": ""}
    client.post(address, fields | joined | {"is_active": "on", "is_staff": "on"})
    ana.refresh_from_db()
    assert ana.is_staff
    page = client.get(reverse("admin:admin_logentry_changelist")).content.decode()
    assert "Staff status" in page
