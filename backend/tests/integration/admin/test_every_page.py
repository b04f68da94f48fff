"""Every page of the admin opens for staff, for others none does, and none costs more for more rows."""

from itertools import chain
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.events.models import Correction, Entry, Event, ImportBatch, Participant, Ranking, Score
from apps.events.services import change_entry
from tests.factories import add_entry, add_score, make_event, make_user, publish_event

pytestmark = pytest.mark.django_db(transaction=True)

OURS: list[Any] = [model for model in admin.site._registry if model._meta.app_label == "events"]
SERVED = {"change": {Event, Entry, Participant}, "add": {Event, Entry}}


def add_rows() -> None:
    """One more of each."""
    event = make_event(owner=make_user())
    entry = add_entry(event, "7", divisions={"sex": "F"}, external_id="x", user=make_user())
    add_score(event, "7", "21:40")
    publish_event(event)
    change_entry(entry.pk, changes={"status": Entry.Status.DNF}, reason="went home")
    ImportBatch.objects.create(event=entry.event, file_size=1, file_sha256="0" * 64, columns={})


@pytest.fixture
def staff(client: Client) -> User:
    user = make_user("operator", is_staff=True)
    client.force_login(user)
    return user


def test_all_of_events_is_in_the_admin() -> None:
    assert set(OURS) == {Correction, Event, Entry, Participant, Score, ImportBatch, Ranking}


def address(model: Any, page: str, *args: Any) -> str:
    return reverse(f"admin:events_{model._meta.model_name}_{page}", args=args)


def test_list_add_and_change_open(client: Client, staff: User) -> None:
    add_rows()
    for model in OURS:
        row = model.objects.get()
        assert client.get(address(model, "changelist")).status_code == 200, model
        assert client.get(address(model, "changelist"), {"q": "7"}).status_code == 200, model
        page = client.get(address(model, "change", row.pk))
        assert page.status_code == 200, model
        assert ('name="_save"' in page.text) == (model in SERVED["change"]), model
        assert client.get(address(model, "history", row.pk)).status_code == 200, model
        assert client.get(address(model, "add")).status_code == (200 if model in SERVED["add"] else 403), model
        assert client.get(address(model, "delete", row.pk)).status_code == 403, model


def test_the_links_of_an_event_lead_to_its_rows(client: Client, staff: User) -> None:
    add_rows()
    add_rows()
    event = Event.objects.earliest("id")
    page = client.get(address(Event, "change", event.pk)).text
    for model in (Correction, Entry, Score, ImportBatch, Ranking):
        link = f"{address(model, 'changelist')}?event__id__exact={event.pk}"
        assert link in page
        assert [row.event for row in client.get(link).context["cl"].result_list] == [event]


def test_a_list_costs_the_same_for_any_number_of_rows(client: Client, staff: User) -> None:
    def queries() -> list[int]:
        counts = []
        for model in OURS:
            with CaptureQueriesContext(connection) as captured:
                client.get(address(model, "changelist"))
            counts.append(len(captured))
        return counts

    add_rows()
    queries()
    before = queries()
    for _ in range(3):
        add_rows()
    assert queries() == before


def test_who_is_not_staff_enters_nowhere(client: Client) -> None:
    owner = make_user("owner")
    event = make_event(owner=owner)
    client.force_login(owner)
    buttons = (address(Event, "state", event.pk, "close"), address(Event, "generate", event.pk))
    pages = [(address(model, "changelist"), address(model, "add"), address(model, "change", 1)) for model in OURS]
    for closed in [*buttons, *chain.from_iterable(pages)]:
        for response in (client.get(closed), client.post(closed, {"reason": "x"})):
            assert response.status_code == 302, closed
            assert response["Location"].startswith("/admin/login/"), closed
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
