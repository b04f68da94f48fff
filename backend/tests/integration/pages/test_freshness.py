"""A page that somebody holds: told to be still right by a cheap answer, and never wrongly."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from django.utils.html import escape
from pytest_django import DjangoAssertNumQueries

from apps.events.models import Entry, Event
from apps.events.services import (
    change_entry,
    change_event,
    change_event_state,
    change_participant,
    generate_event_ranking,
)
from tests.factories import add_entry, add_score, make_event

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def race() -> Event:
    event = make_event(slug="race")
    for bib in ("7", "12"):
        add_entry(event, bib)
    add_score(event, "7", "21:40")
    generate_event_ranking(event.pk)
    return event


def test_a_page_that_is_still_right_costs_one_query(
    client: Client, race: Event, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for address in ("/events/race/", "/events/race/?q=7", "/events/race/entries/7"):
        etag = client.get(address)["ETag"]
        with django_assert_num_queries(1):
            response = client.get(address, headers={"if-none-match": etag})
        assert response.status_code == 304
        assert response.content == b""
        assert response["ETag"] == etag
        assert response["Cache-Control"] == "no-cache"


def test_a_page_is_made_once_with_three_queries(
    client: Client, race: Event, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(3):
        client.get("/events/race/")
    with django_assert_num_queries(1):  # made already, for whoever comes next
        assert "Runner 7" in Client().get("/events/race/").text


def faster(event: Event) -> None:
    add_score(event, "12", "20:00")
    generate_event_ranking(event.pk)


def hide(event: Event) -> None:
    change_entry(Entry.objects.get(event=event, bib="7").pk, changes={"standing": Entry.Standing.HIDDEN})


def rename_participant(event: Event) -> None:
    participant = Entry.objects.get(event=event, bib="7").participant
    change_participant(participant.pk, changes={"name": "Somebody Else"})


CHANGES: dict[str, Callable[[Event], object]] = {
    "a new revision": faster,
    "an entry hidden, before the next revision": hide,
    "a participant renamed": rename_participant,
    "the event renamed": lambda event: change_event(event.pk, changes={"name": "Another Name"}),
    "the event closed": lambda event: change_event_state(event.pk, action="close", by=None),
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_a_page_shows_cannot_change_under_the_same_tag(client: Client, race: Event, change: str) -> None:
    addresses = ("/events/race/", "/events/race/entries/12")
    etags = [client.get(address)["ETag"] for address in addresses]
    CHANGES[change](race)
    for address, etag in zip(addresses, etags, strict=True):
        response = client.get(address, headers={"if-none-match": etag})
        assert response.status_code == 200
        assert response["ETag"] != etag


def test_an_event_that_starts_is_a_change(client: Client, race: Event) -> None:
    hour = timedelta(hours=1)
    change_event(race.pk, changes={"starts_at": timezone.now() + hour})
    response = client.get("/events/race/")
    assert response.context["phase"] == "upcoming"
    # As the hour passes nothing is written: the clock alone makes it live.
    Event.objects.filter(pk=race.pk).update(starts_at=timezone.now() - hour)
    response = client.get("/events/race/", headers={"if-none-match": response["ETag"]})
    assert response.status_code == 200
    assert response.context["phase"] == "live"


def test_a_score_that_is_not_ranked_yet_changes_no_page(client: Client, race: Event) -> None:
    etag = client.get("/events/race/")["ETag"]
    add_score(race, "12", "20:00")
    assert client.get("/events/race/", headers={"if-none-match": etag}).status_code == 304


def test_the_page_carries_its_tag_for_the_script_and_nothing_of_the_visitor(client: Client, race: Event) -> None:
    response = client.get("/events/race/")
    assert f'data-etag="{escape(response["ETag"])}"' in response.text
    assert "Cookie" not in response.get("Vary", "")
    assert "Set-Cookie" not in response
