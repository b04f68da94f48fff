"""Winner and podium, by the API."""

from typing import Any

import pytest
from django.test import Client

from apps.events.models import Entry, Event
from apps.events.services import change_entry, generate_event_ranking
from tests.factories import RACE, add_entry, add_score, make_event, publish_event

pytestmark = pytest.mark.django_db(transaction=True)

TIMES = {"1": "20:00", "2": "21:00", "3": "21:00", "4": "22:00", "5": "19:00"}


@pytest.fixture
def race() -> Event:
    event = make_event(slug="race", rules=RACE)
    for bib, time in TIMES.items():
        add_entry(event, bib, divisions={"sex": "F" if bib in "24" else "M"})
        add_score(event, bib, time)
    add_entry(event, "6", divisions={"sex": "F"})
    return event


def awards(client: Client) -> dict[str, Any]:
    document: dict[str, Any] = client.get("/api/v1/events/race/awards").json()
    return document


def podiums(document: dict[str, Any]) -> dict[str, tuple[list[str], list[tuple[str, int]]]]:
    return {
        board["division"]: (board["winners"], [(line["bib"], line["rank"]) for line in board["podium"]])
        for board in document["awards"]
    }


def test_there_are_none_without_a_ranking(race: Event, client: Client) -> None:
    document = awards(client)
    assert (document["awards"], document["revision"], document["official"]) == ([], None, False)


def test_overall_and_in_each_division(race: Event, client: Client) -> None:
    generate_event_ranking(race.pk)
    document = awards(client)
    assert not document["official"]
    assert podiums(document) == {
        "overall": (["5"], [("5", 1), ("1", 2), ("2", 3), ("3", 3)]),
        "sex:F": (["2"], [("2", 1), ("4", 2)]),
        "sex:M": (["5"], [("5", 1), ("1", 2), ("3", 3)]),
    }
    publish_event(race)
    assert awards(client)["official"]


def test_who_is_out_of_competition_or_hidden_gets_none(race: Event, client: Client) -> None:
    change_entry(race.entries.get(bib="5").pk, changes={"standing": Entry.Standing.OUT_OF_COMPETITION})
    generate_event_ranking(race.pk)
    assert podiums(awards(client))["overall"] == (["1"], [("1", 1), ("2", 2), ("3", 2)])
    # Hidden after the ranking: gone at once, and nobody moves up before the next one.
    change_entry(race.entries.get(bib="1").pk, changes={"standing": Entry.Standing.HIDDEN})
    assert podiums(awards(client))["overall"] == (["2", "3"], [("2", 2), ("3", 2)])
    generate_event_ranking(race.pk)
    assert podiums(awards(client))["overall"] == (["2", "3"], [("2", 1), ("3", 1), ("4", 3)])


def test_a_tie_for_the_first_place_shares_it(client: Client) -> None:
    event = make_event(slug="race", rules={**RACE, "ties": "modified"})
    for bib in ("1", "2"):
        add_entry(event, bib)
        add_score(event, bib, "20:00")
    generate_event_ranking(event.pk)
    assert podiums(awards(client)) == {"overall": (["1", "2"], [("1", 2), ("2", 2)])}
