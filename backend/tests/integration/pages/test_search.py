"""Finding an entry on the scoreboard."""

import pytest
from django.test import Client

from apps.events.models import Event
from apps.events.services import generate_event_ranking
from tests.factories import add_entry, add_score, make_event
from tests.integration.pages.tables import read_board

pytestmark = pytest.mark.django_db(transaction=True)

RUNNERS = [
    ("7", "Ana Maria Souza", "F", "21:40"),
    ("12", "Bruno Souza", "M", "20:05"),
    ("A3", "Maria Anselmo", "F", "22:00"),
    ("31", "Carla 7up", "F", "25:00"),
]


@pytest.fixture
def race() -> Event:
    event = make_event(slug="race")
    for bib, name, sex, time in RUNNERS:
        add_entry(event, bib, name=name, divisions={"sex": sex})
        add_score(event, bib, time)
    generate_event_ranking(event.pk)
    return event


EVERYBODY = [["1", "12"], ["2", "7"], ["3", "A3"], ["4", "31"]]
SEARCHES: list[tuple[str, str, list[list[str]]]] = [
    ("souza", "overall", [["1", "12"], ["2", "7"]]),
    ("souza", "sex:F", [["1", "7"]]),
    ("maria", "overall", [["2", "7"], ["3", "A3"]]),
    ("maria souza", "overall", [["2", "7"]]),
    ("7", "overall", [["2", "7"]]),
    ("7up", "overall", [["4", "31"]]),
    ("a3", "overall", [["3", "A3"]]),
    ("12", "sex:F", []),
    ("%", "overall", []),
    ("_", "overall", []),
    ("nobody", "overall", []),
    (" ", "overall", EVERYBODY),
    ("\x00", "overall", EVERYBODY),
    ("Souza\x00", "overall", [["1", "12"], ["2", "7"]]),
    ("x" * 5000, "overall", []),
]


def test_entries_are_found_by_bib_and_by_words_of_the_name(client: Client, race: Event) -> None:
    for text, division, found in SEARCHES:
        response = client.get("/events/race/", {"q": text, "division": division})
        assert response.status_code == 200, text
        assert [row[:2] for row in read_board(response.text)] == found, text


def test_a_search_that_finds_nothing_says_so_and_leads_back(client: Client, race: Event) -> None:
    page = client.get("/events/race/", {"q": "nobody", "division": "sex:F"}).text
    assert "Nothing found for “nobody”." in page
    assert 'href="?division=sex%3AF"' in page


def test_many_matches_are_cut_and_this_is_told(client: Client) -> None:
    event = make_event(slug="crowd")
    for bib in range(1, 27):
        add_entry(event, str(bib), name=f"Runner {bib}")
    generate_event_ranking(event.pk)
    response = client.get("/events/crowd/", {"q": "runner"})
    assert len(read_board(response.text)) == 25
    assert "There are more" in response.text
    assert "There are more" not in client.get("/events/crowd/", {"q": "runner 2"}).text


def test_matches_of_other_divisions_do_not_crowd_out_those_of_the_board(client: Client) -> None:
    event = make_event(slug="crowd")
    for bib in range(1, 31):
        add_entry(event, str(bib), name="Silva", divisions={"sex": "F" if bib == 30 else "M"})
    generate_event_ranking(event.pk)
    response = client.get("/events/crowd/", {"q": "silva", "division": "sex:F"})
    assert [row[1] for row in read_board(response.text)] == ["30"]
