"""An entry's own page."""

import re
from html import unescape

import pytest
from django.test import Client

from apps.events.models import Entry, Event
from apps.events.services import change_entry, generate_event_ranking
from tests.factories import add_entry, add_score, make_event
from tests.integration.pages.tables import read_tables

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def race() -> Event:
    event = make_event(slug="race", name="River Race")
    for number in range(1, 11):
        add_entry(event, str(number), divisions={"sex": "FM"[number % 2]})
        if number < 10:
            add_score(event, str(number), f"2{number - 1}:00")
    return event


def test_it_shows_places_and_neighbours(client: Client, race: Event) -> None:
    generate_event_ranking(race.pk)
    response = client.get("/events/race/entries/5")
    places, around = read_tables(response.text)
    assert places[1:] == [["Overall", "5", "9", "10"], ["Sex M", "3", "5", "5"]]
    assert [row[1] for row in around[1:]] == ["2", "3", "4", "5", "6", "7", "8"]
    assert "24:00" in response.text
    assert '<a href="/events/race/">River Race</a>' in response.text


def test_a_place_leads_to_its_line_on_the_board(client: Client) -> None:
    event = make_event(slug="crowd")
    for number in range(1, 103):
        add_entry(event, str(number))
    generate_event_ranking(event.pk)
    page = client.get("/events/crowd/entries/102").text
    assert 'href="/events/crowd/?division=overall&amp;page=2#e-102"' in page
    assert 'id="e-102"' in client.get("/events/crowd/?division=overall&page=2").text


def test_reasons_are_given(client: Client, race: Event) -> None:
    late, cheat = (Entry.objects.get(event=race, bib=bib) for bib in ("5", "6"))
    change_entry(late.pk, changes={"adjustment": 5000, "adjustment_reason": "false start"})
    change_entry(cheat.pk, changes={"status": Entry.Status.DSQ, "status_reason": "cut the course"})
    generate_event_ranking(race.pk)
    assert "Adjusted by +00:05: false start" in client.get("/events/race/entries/5").text
    assert "DSQ: cut the course" in client.get("/events/race/entries/6").text


def test_an_entry_that_is_not_ranked_yet_says_so(client: Client, race: Event) -> None:
    generate_event_ranking(race.pk)
    add_entry(race, "99")
    assert "This entry is in no ranking yet." in client.get("/events/race/entries/99").text


def test_any_bib_has_an_address(client: Client) -> None:
    event = make_event(slug="odd")
    bibs = ["'q'", "50%", "a#b", "a&b", "a/", "a/b", "a?b", "~x"]
    for bib in bibs:
        add_entry(event, bib)
    generate_event_ranking(event.pk)
    addresses = re.findall('href="(/events/odd/entries/.*?)"', client.get("/events/odd/").text)
    found = [client.get(unescape(address)).context["entry"].bib for address in addresses]
    assert sorted(found) == bibs
