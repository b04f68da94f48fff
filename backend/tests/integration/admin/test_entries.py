"""Entries and participants in the admin."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from apps.events.models import Entry, Event, Participant
from apps.events.services import change_event_state
from tests.factories import add_entry, make_event, make_user, publish_event
from tests.integration.admin.forms import form_values

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def staff(client: Client) -> User:
    user = make_user("operator", is_staff=True)
    client.force_login(user)
    return user


def send(client: Client, address: str, **values: Any) -> Any:
    return client.post(address, form_values(client.get(address)) | values, follow=True)


def new_entry(client: Client, event: Event, **values: Any) -> Any:
    return send(client, "/admin/events/entry/add/", event=event.pk, **values)


def test_an_entry_is_registered_through_the_service(client: Client) -> None:
    event, user = make_event(), make_user()
    new_entry(client, event, bib="7", name="Ana", external_id="a-1", user=user.pk, divisions='{"sex": "F"}')
    entry = Entry.objects.get()
    assert (entry.bib, entry.participant.name, entry.participant.external_id) == ("7", "Ana", "a-1")
    assert (entry.participant.user, entry.division_set.values) == (user, {"sex": "F"})
    event.refresh_from_db()
    assert event.input_version == 1


WRONG = [
    ({"bib": "7"}, "__all__"),  # of the pair with the event
    ({"bib": "a b"}, "bib"),
    ({"divisions": '{"sex": "X"}'}, "divisions"),
    ({"divisions": '["sex"]'}, "divisions"),
    ({"divisions": '{"sex": 1}'}, "divisions"),
    ({"divisions": "{"}, "divisions"),
    ({"external_id": "a-1"}, "external_id"),
    ({"name": ""}, "name"),
]


def test_what_is_wrong_with_a_new_entry_stands_at_its_field(client: Client) -> None:
    event = make_event()
    add_entry(event, "7", external_id="a-1")
    for values, field in WRONG:
        response = new_entry(client, event, **{"bib": "8", "name": "Bia", "divisions": "{}", **values})
        assert list(response.context["adminform"].form.errors) == [field]
    assert Entry.objects.count() == 1


def test_a_change_goes_through_the_service(client: Client) -> None:
    event = make_event()
    entry = add_entry(event, "7", divisions={"sex": "M"})
    address = f"/admin/events/entry/{entry.pk}/change/"
    response = send(client, address, status=Entry.Status.DSQ)
    assert "a disqualification needs a reason" in response.context["adminform"].form.errors["status_reason"][0]
    send(client, address, status=Entry.Status.DSQ, status_reason="cut the course", divisions='{"sex": "F"}')
    entry.refresh_from_db()
    assert (entry.status, entry.status_reason, entry.division_set.values) == (
        Entry.Status.DSQ,
        "cut the course",
        {"sex": "F"},
    )
    event.refresh_from_db()
    assert event.input_version == 2


def test_saving_without_a_change_changes_nothing(client: Client) -> None:
    event = make_event()
    entry = add_entry(event, "7", divisions={"sex": "M"})
    send(client, f"/admin/events/entry/{entry.pk}/change/")
    event.refresh_from_db()
    assert event.input_version == 1


def test_an_entry_of_an_archived_event_is_not_changed(client: Client) -> None:
    event = make_event()
    entry = add_entry(event, "7")
    publish_event(event)
    change_event_state(event.pk, action="archive", by=None)
    response = send(client, f"/admin/events/entry/{entry.pk}/change/", standing=Entry.Standing.HIDDEN)
    assert "changing an entry needs an event that is" in response.text
    entry.refresh_from_db()
    assert entry.standing == Entry.Standing.COMPETING


def test_a_participant_is_renamed_through_the_service(client: Client) -> None:
    event = make_event()
    entry = add_entry(event, "7")
    before = Event.objects.get().updated_at
    send(client, f"/admin/events/participant/{entry.participant_id}/change/", name="Somebody Else")
    assert Participant.objects.get().name == "Somebody Else"
    assert Event.objects.get().updated_at > before


def test_a_participant_cannot_take_anothers_external_id(client: Client) -> None:
    event = make_event()
    add_entry(event, "7", external_id="a-1")
    entry = add_entry(event, "8", external_id="b-1")
    response = send(client, f"/admin/events/participant/{entry.participant_id}/change/", external_id="a-1")
    assert "external_id" in response.context["adminform"].form.errors
