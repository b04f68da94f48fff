"""Corrections in the admin: each goes through its service, with who and why; the trail is to look at."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from apps.events.models import Correction, Entry, Event, Score
from tests.factories import add_entry, add_score, make_event, make_user, publish_event
from tests.integration.admin.forms import form_values

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def staff(client: Client) -> User:
    user = make_user("operator", is_staff=True)
    client.force_login(user)
    return user


@pytest.fixture
def entry() -> Entry:
    """Of a published event, with a score."""
    event = make_event(owner=make_user())
    entry = add_entry(event, "7")
    add_score(event, "7", "21:40")
    publish_event(event)
    return entry


def send(client: Client, address: str, **values: Any) -> Any:
    return client.post(address, form_values(client.get(address)) | values, follow=True)


def test_an_entry_of_a_published_event_is_corrected_with_a_reason(client: Client, entry: Entry, staff: User) -> None:
    address = f"/admin/events/entry/{entry.pk}/change/"
    response = send(client, address, standing=Entry.Standing.OUT_OF_COMPETITION)
    assert list(response.context["adminform"].form.errors) == ["reason"]
    send(client, address, standing=Entry.Standing.OUT_OF_COMPETITION, manual_order=2, reason="a guest")
    entry.refresh_from_db()
    assert (entry.standing, entry.manual_order) == (Entry.Standing.OUT_OF_COMPETITION, 2)
    assert set(Correction.objects.values_list("kind", "reason", "by")) == {
        ("standing", "a guest", staff.pk),
        ("manual_order", "a guest", staff.pk),
    }
    assert "a guest" in client.get(address).text


def test_a_score_is_superseded(client: Client, entry: Entry, staff: User) -> None:
    old = Score.objects.get()
    page = f"/admin/events/score/{old.pk}/change/"
    address = f"/admin/events/score/{old.pk}/supersede/"
    assert f'href="{address}"' in client.get(page).text
    assert "This field is required" in client.post(address, {"value": "21:39"}).text
    assert "this is not a number" in client.post(address, {"value": "fast", "reason": "x"}).text
    assert Score.objects.count() == 1
    client.post(address, {"value": "21:39", "outcome": "", "reason": "photo finish"})
    new = Score.objects.get(supersedes=old)
    assert (new.value, new.recorded_by) == (1_299_000, staff)
    assert Correction.objects.get().reason == "photo finish"
    assert address not in client.get(page).text
    assert "does not count any more" in client.post(address, {"value": "21:38", "reason": "x"}).text


def test_two_participants_are_merged(client: Client, entry: Entry, staff: User) -> None:
    owner = entry.event.owner
    keep, drop = (add_entry(make_event(owner=owner), "1", name=name).participant for name in ("Ana", "Ana L."))
    address = "/admin/events/participant/"
    chosen = {"action": "merge", "_selected_action": [keep.pk, drop.pk]}
    one = client.post(address, {**chosen, "_selected_action": [keep.pk]}, follow=True)
    assert "Select the two participants" in one.text
    asked = client.post(address, chosen).text
    assert "Merge participants" in asked
    assert f"Ana L. ({drop.pk})" in asked
    answer = client.post(address, {**chosen, "keep": keep.pk, "reason": "entered twice"}, follow=True)
    assert "Ana has the entries of Ana L. now." in answer.text
    assert set(Entry.objects.filter(participant=keep).values_list("event__owner", flat=True)) == {owner and owner.pk}
    assert Correction.objects.get().by == staff
    again = client.post(address, {**chosen, "keep": keep.pk, "reason": "again"}, follow=True)
    assert "was merged into another before" in again.text


def test_the_trail_is_to_look_at(client: Client, entry: Entry) -> None:
    send(client, f"/admin/events/entry/{entry.pk}/change/", standing=Entry.Standing.HIDDEN, reason="<b>")
    correction = Correction.objects.get()
    page = client.get(f"/admin/events/correction/{correction.pk}/change/")
    assert "&lt;b&gt;" in page.text
    assert 'name="_save"' not in page.text
    for name in ("add/", f"{correction.pk}/delete/"):
        assert client.get(f"/admin/events/correction/{name}").status_code == 403
    link = f"/admin/events/correction/?event__id__exact={Event.objects.get().pk}"
    assert link in client.get(f"/admin/events/event/{Event.objects.get().pk}/change/").text
