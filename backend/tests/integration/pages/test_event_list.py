"""The front page."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from apps.events.scoreboard import listing
from apps.events.services import change_event_state, generate_event_ranking
from tests.factories import add_entry, make_event, make_user, publish_event

pytestmark = pytest.mark.django_db(transaction=True)

HOUR = timedelta(hours=1)


def names_by_phase(client: Client) -> dict[str, list[str]]:
    context = client.get("/").context
    groups = {group.phase.value: [item.event.name for item in group.items] for group in context["groups"]}
    return groups | {"finished": [item.event.name for item in context["finished"]]}


def test_events_stand_under_what_they_are(client: Client) -> None:
    now = timezone.now()
    make_event(name="draft", state="draft")
    make_event(name="soon", starts_at=now + HOUR)
    make_event(name="later", starts_at=now + 2 * HOUR)
    make_event(name="live", starts_at=now - HOUR)
    make_event(name="unlisted", visibility="unlisted")
    make_event(name="private", visibility="private")
    publish_event(make_event(name="old", starts_at=now - 9 * HOUR))
    publish_event(make_event(name="recent", starts_at=now - 2 * HOUR))
    change_event_state(make_event(name="off", starts_at=now - 5 * HOUR).pk, action="cancel", by=None)
    assert names_by_phase(client) == {
        "live": ["live"],
        "upcoming": ["soon", "later"],
        "finished": ["recent", "off", "old"],
    }


def test_who_works_on_an_event_sees_it_whatever_it_is(client: Client) -> None:
    owner = make_user()
    make_event(name="draft", state="draft", owner=owner)
    make_event(name="private", visibility="private", owner=owner)
    assert names_by_phase(client) == {"finished": []}
    client.force_login(owner)
    assert names_by_phase(client) == {"live": ["private"], "draft": ["draft"], "finished": []}


def test_it_says_how_many_entries_there_are(client: Client) -> None:
    event = make_event()
    for bib in ("1", "2"):
        add_entry(event, bib)
    generate_event_ranking(event.pk)
    assert "2 entries" in client.get("/").text


def test_an_empty_list_says_so(client: Client) -> None:
    assert "There are no events yet." in client.get("/").text


def test_old_results_are_on_further_pages(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "FINISHED_PER_PAGE", 2)
    for number in range(3):
        publish_event(make_event(name=f"race {number}"))
    assert [item.event.name for item in client.get("/").context["finished"]] == ["race 2", "race 1"]
    assert [item.event.name for item in client.get("/?page=2").context["finished"]] == ["race 0"]
    assert client.get("/?page=3").status_code == 404


def test_the_list_costs_the_same_for_any_number_of_events(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(3):
        generate_event_ranking(make_event().pk)
        publish_event(make_event())
    with django_assert_num_queries(3):
        client.get("/")
