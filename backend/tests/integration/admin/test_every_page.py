"""Every page of the admin opens for staff, for others none does, and none costs more for more rows."""

from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.events.models import Entry, Event, ImportBatch, Participant, Ranking, Score
from tests.factories import add_entry, add_score, make_event, make_user, publish_event

pytestmark = pytest.mark.django_db(transaction=True)

OURS = [model for model in admin.site._registry if model._meta.app_label == "events"]
SERVED = {"change": {Event, Entry, Participant}, "add": {Event, Entry}}


def add_rows() -> None:
    """One more of each."""
    event = make_event(owner=make_user())
    entry = add_entry(event, "7", divisions={"sex": "F"}, external_id="x", user=make_user())
    add_score(event, "7", "21:40")
    publish_event(event)
    ImportBatch.objects.create(event=entry.event, file_size=1, file_sha256="0" * 64, columns={})


@pytest.fixture
def staff(client: Client) -> User:
    user = make_user("operator", is_staff=True)
    client.force_login(user)
    return user


def test_all_of_events_is_in_the_admin() -> None:
    assert set(OURS) == {Event, Entry, Participant, Score, ImportBatch, Ranking}


@pytest.mark.parametrize("model", OURS, ids=lambda model: model._meta.model_name)
def test_list_add_and_change_open(client: Client, staff: User, model: Any) -> None:
    add_rows()
    name = f"admin:events_{model._meta.model_name}"
    row = model.objects.get()
    assert client.get(reverse(f"{name}_changelist")).status_code == 200
    assert client.get(reverse(f"{name}_changelist"), {"q": "7"}).status_code == 200
    assert client.get(reverse(f"{name}_changelist"), {"event__id__exact": 1}).status_code in (200, 302)
    page = client.get(reverse(f"{name}_change", args=[row.pk]))
    assert page.status_code == 200
    assert ('name="_save"' in page.text) == (model in SERVED["change"])
    assert client.get(reverse(f"{name}_history", args=[row.pk])).status_code == 200
    assert client.get(reverse(f"{name}_add")).status_code == (200 if model in SERVED["add"] else 403)
    assert client.get(reverse(f"{name}_delete", args=[row.pk])).status_code == 403


@pytest.mark.parametrize("model", OURS, ids=lambda model: model._meta.model_name)
def test_a_list_costs_the_same_for_any_number_of_rows(client: Client, staff: User, model: Any) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            client.get(reverse(f"admin:events_{model._meta.model_name}_changelist"))
        return len(captured)

    add_rows()
    queries()
    before = queries()
    for _ in range(3):
        add_rows()
    assert queries() == before


@pytest.mark.parametrize("model", OURS, ids=lambda model: model._meta.model_name)
def test_who_is_not_staff_enters_nowhere(client: Client, model: Any) -> None:
    event = make_event(owner=make_user("owner"))
    client.force_login(User.objects.get(username="owner"))
    name = f"admin:events_{model._meta.model_name}"
    addresses = [reverse(f"{name}_changelist"), reverse(f"{name}_add"), reverse(f"{name}_change", args=[1])]
    if model is Event:
        addresses += [
            reverse("admin:events_event_state", args=[event.pk, "close"]),
            reverse("admin:events_event_generate", args=[event.pk]),
        ]
    for address in addresses:
        for response in (client.get(address), client.post(address, {"reason": "x"})):
            assert response.status_code == 302
            assert response["Location"].startswith("/admin/login/")
    event.refresh_from_db()
    assert event.state == "open"


def test_people_and_events_are_found_by_typing(client: Client, staff: User) -> None:
    make_event(name="River Race")
    query = {"app_label": "events", "model_name": "entry", "field_name": "event", "term": "river"}
    found = client.get("/admin/autocomplete/", query).json()["results"]
    assert [each["text"] for each in found] == ["River Race"]


def test_every_model_of_the_project_opens_for_a_superuser(client: Client) -> None:
    client.force_login(make_user("root", is_staff=True, is_superuser=True))
    add_rows()
    for model in admin.site._registry:
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        assert client.get(reverse(f"{name}_changelist")).status_code == 200, model
        assert client.get(reverse(f"{name}_add")).status_code in (200, 403), model
    assert apps.get_model("events", "RankingPage") not in admin.site._registry
