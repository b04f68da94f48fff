"""Events in the admin: every change goes through the services."""

from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.test import Client

from apps.events.models import Entry, Event, EventTransition
from apps.events.services import generate_event_ranking
from delivery.models import OutboxMessage
from tests.factories import RACE, add_entry, make_event, make_user
from tests.integration.admin.forms import form_values

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def staff(client: Client) -> User:
    user = make_user("operator", is_staff=True)
    client.force_login(user)
    return user


def change(client: Client, event: Event, **values: Any) -> Any:
    address = f"/admin/events/event/{event.pk}/change/"
    return client.post(address, form_values(client.get(address)) | values, follow=True)


def test_an_event_is_created_through_the_service(client: Client, staff: User) -> None:
    address = "/admin/events/event/add/"
    values = form_values(client.get(address)) | {"name": "New", "slug": "new", "rules": '{"metric": "points"}'}
    response = client.post(address, values)
    assert "direction: Field required" in response.text
    assert not Event.objects.exists()
    response = client.post(address, values | {"rules": '{"metric": "points", "direction": "high"}'}, follow=True)
    event = Event.objects.get()
    assert response.redirect_chain, response.text
    assert (event.slug, event.state, event.owner) == ("new", "draft", staff)


def test_a_change_goes_through_the_service(client: Client, staff: User) -> None:
    event = make_event(state="draft")
    before = event.input_version
    change(client, event, name="Better", rules='{"metric": "count", "direction": "low"}', scorers=[staff.pk])
    event.refresh_from_db()
    assert (event.name, event.rules["metric"]) == ("Better", "count")
    assert event.input_version > before
    assert list(event.scorers.all()) == [staff]


def test_rules_can_only_be_edited_in_a_draft(client: Client, staff: User) -> None:
    event = make_event()
    assert 'name="rules"' not in client.get(f"/admin/events/event/{event.pk}/change/").text
    change(client, event, name="Better", rules='{"metric": "count", "direction": "low"}')
    event.refresh_from_db()
    assert (event.name, event.rules) == ("Better", RACE)


def test_a_refusal_stands_at_its_field_and_changes_nothing(client: Client, staff: User) -> None:
    event = make_event(state="draft", name="Before")
    response = change(client, event, name="After", rules='{"metric": "parsecs", "direction": "low"}')
    assert response.context["adminform"].form.errors["rules"]
    assert "parsecs" in response.text
    event.refresh_from_db()
    assert event.name == "Before"
    assert not LogEntry.objects.exists()


def test_the_state_changes_with_a_reason(client: Client, staff: User) -> None:
    event = make_event()
    page = client.get(f"/admin/events/event/{event.pk}/change/").text
    assert f"/admin/events/event/{event.pk}/state/close/" in page
    assert f"/admin/events/event/{event.pk}/state/publish/" not in page
    address = f"/admin/events/event/{event.pk}/state/close/"
    assert "it will be closed" in client.get(address).text
    assert EventTransition.objects.filter(event=event).count() == 1  # looking changes nothing
    response = client.post(address, {"reason": "time is up"}, follow=True)
    transition = EventTransition.objects.filter(event=event).last()
    assert transition is not None
    assert (transition.to_state, transition.by, transition.reason) == ("closed", staff, "time is up")
    assert "time is up" in response.text  # in the history on the page


def test_a_change_of_state_that_is_refused_says_why(client: Client, staff: User) -> None:
    event = make_event()
    response = client.post(f"/admin/events/event/{event.pk}/state/publish/", {"reason": ""})
    assert "publish needs an event that is closed" in response.text
    assert client.get(f"/admin/events/event/{event.pk}/state/explode/").status_code == 404
    assert client.get("/admin/events/event/999/state/close/").status_code == 404


def test_the_ranking_is_asked_for_through_the_service(client: Client, staff: User) -> None:
    event = make_event()
    OutboxMessage.objects.all().delete()
    response = client.get(f"/admin/events/event/{event.pk}/generate/", follow=True)
    assert not OutboxMessage.objects.exists()  # a link does nothing
    response = client.post(f"/admin/events/event/{event.pk}/generate/", follow=True)
    message = OutboxMessage.objects.get()
    assert message.kwargs == {"event_id": event.pk}
    assert str(message.task_id) in response.text


def test_rankings_of_several_events_are_asked_for_and_each_refusal_told(client: Client, staff: User) -> None:
    event, draft = make_event(), make_event(state="draft")
    OutboxMessage.objects.all().delete()
    values = {"action": "generate_rankings", "_selected_action": [event.pk, draft.pk]}
    response = client.post("/admin/events/event/", values, follow=True)
    assert [message.kwargs for message in OutboxMessage.objects.all()] == [{"event_id": event.pk}]
    assert "an event that is draft has no ranking" in response.text


def test_only_a_draft_can_be_deleted(client: Client, staff: User) -> None:
    draft, event = make_event(state="draft"), make_event()
    add_entry(draft, "1")
    assert client.get(f"/admin/events/event/{event.pk}/delete/").status_code == 403
    assert client.post(f"/admin/events/event/{event.pk}/delete/", {"post": "yes"}).status_code == 403
    assert "Entries: 1" in client.get(f"/admin/events/event/{draft.pk}/delete/").text
    client.post(f"/admin/events/event/{draft.pk}/delete/", {"post": "yes"})
    assert list(Event.objects.all()) == [event]
    assert not Entry.objects.exists()
    assert "delete_selected" not in client.get("/admin/events/event/").text


def test_the_list_tells_whether_the_ranking_is_the_latest(client: Client, staff: User) -> None:
    event = make_event()
    add_entry(event, "1")
    generate_event_ranking(event.pk)
    assert "newer input" not in client.get("/admin/events/event/").text
    add_entry(event, "2")
    assert "newer input" in client.get("/admin/events/event/").text
