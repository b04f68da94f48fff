"""Entries: entering, listing, changing."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from rest_framework.test import APIClient

from apps.events.models import Entry, Event, Participant
from apps.events.services import change_entry, generate_event_ranking
from tests.factories import add_entry, make_event, make_user, publish_event
from tests.integration.api.clients import API, assert_problem, client_of, wrong_places

ENTRIES = f"{API}/events/race/entries"


def test_enter(organiser: APIClient, event: Event) -> None:
    body = {
        "bib": "A/31",
        "name": "Carla",
        "divisions": {"sex": "F"},
        "external_id": "c",
        "standing": "out_of_competition",
    }
    response = organiser.post(ENTRIES, body)
    assert response.status_code == 201
    assert (
        organiser.get(response["Location"]).json()
        == response.json()
        == {
            "bib": "A/31",
            "name": "Carla",
            "divisions": {"sex": "F"},
            "standing": "out_of_competition",
            "status": "finished",
            "status_reason": "",
            "adjustment": 0,
            "adjustment_reason": "",
            "manual_order": None,
            "participant": Participant.objects.get(external_id="c").pk,
        }
    )


def test_same_external_id_is_the_same_participant(organiser: APIClient, owner: User, event: Event) -> None:
    make_event(slug="next", owner=owner)
    for slug in ("race", "next"):
        body = {"bib": "31", "name": "Carla", "external_id": "c"}
        assert organiser.post(f"{API}/events/{slug}/entries", body).status_code == 201
    assert Participant.objects.filter(name="Carla").count() == 1
    body = {"bib": "32", "name": "Carla", "external_id": "c"}
    assert wrong_places(organiser.post(ENTRIES, body), 409) == ["external_id"]


@pytest.mark.parametrize(
    ("change", "status", "place"),
    [
        ({"bib": "7"}, 409, "bib"),
        ({"bib": "a b"}, 422, "bib"),
        ({"bib": "9" * 24}, 422, "bib"),
        ({"bib": "é"}, 422, "bib"),
        ({"name": " "}, 422, "name"),
        ({"name": "x" * 201}, 422, "name"),
        ({"divisions": {"age": "F40"}}, 422, "divisions.age"),
        ({"divisions": {"sex": "X"}}, 422, "divisions.sex"),
        ({"divisions": {"sex": ["F"]}}, 422, "divisions.sex"),
        ({"standing": "absent"}, 422, "standing"),
        ({"standing": 0}, 422, "standing"),
    ],
)
def test_enter_refuses(organiser: APIClient, event: Event, change: dict[str, Any], status: int, place: str) -> None:
    response = organiser.post(ENTRIES, {"bib": "9", "name": "Eva", **change})
    assert wrong_places(response, status) == [place]
    assert event.entries.count() == 2
    assert Participant.objects.count() == 2


def test_enter_in_the_wrong_state(organiser: APIClient, event: Event) -> None:
    organiser.post(f"{API}/events/race/close")
    assert_problem(organiser.post(ENTRIES, {"bib": "9", "name": "Eva"}), 409)


def test_list_is_paged_and_filtered(visitor: APIClient, event: Event) -> None:
    add_entry(event, "31", divisions={"sex": "F"})
    assert bibs(visitor, "") == ["7", "12", "31"]
    assert bibs(visitor, "?division=sex:F") == ["7", "31"]
    assert bibs(visitor, "?division=sex:X") == []
    assert bibs(visitor, "?division=overall&bib=12") == ["12"]
    assert bibs(visitor, "?bib=1") == []
    first = visitor.get(f"{ENTRIES}?limit=2").json()
    assert [entry["bib"] for entry in visitor.get(first["next"]).json()["results"]] == ["31"]


@pytest.mark.parametrize("query", ["bib=%00", "division=sex", "division=sex__contains:", "limit=0"])
def test_list_refuses(visitor: APIClient, event: Event, query: str) -> None:
    assert wrong_places(visitor.get(f"{ENTRIES}?{query}")) == [query.partition("=")[0]]


def test_hidden_and_withdrawn_entries_are_there_for_those_who_work_on_the_event(
    visitor: APIClient, organiser: APIClient, event: Event
) -> None:
    scorer = make_user()
    event.scorers.add(scorer)
    for bib, standing in (("7", Entry.Standing.HIDDEN), ("12", Entry.Standing.WITHDRAWN)):
        change_entry(event.entries.get(bib=bib).pk, changes={"standing": standing})
    for outsider in (visitor, client_of(make_user())):
        assert bibs(outsider, "") == []
        assert bibs(outsider, "?bib=7") == []
        assert_problem(outsider.get(f"{ENTRIES}/7"), 404)
        assert_problem(outsider.get(f"{ENTRIES}/12"), 404)
    for insider in (organiser, client_of(scorer)):
        assert bibs(insider, "") == ["7", "12"]
        assert insider.get(f"{ENTRIES}/7").json()["standing"] == "hidden"


def test_change(organiser: APIClient, event: Event) -> None:
    changes = {
        "standing": "out_of_competition",
        "status": "DSQ",
        "status_reason": "cut the course",
        "adjustment": -5000,
        "adjustment_reason": "held up at a crossing",
        "divisions": {"sex": "M"},
        "name": "Ana B.",
        "manual_order": 3,
    }
    shown = organiser.patch(f"{ENTRIES}/7", changes).json()
    assert shown == {"bib": "7", "participant": event.entries.get(bib="7").participant_id, **changes}
    assert organiser.get(f"{ENTRIES}/7").json() == shown


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"status": "DSQ"}, "status_reason"),
        ({"status": "dnf"}, "status"),
        ({"adjustment": 1}, "adjustment_reason"),
        ({"adjustment": 10**14, "adjustment_reason": "x"}, "adjustment"),
        ({"adjustment": 1.5, "adjustment_reason": "x"}, "adjustment"),
        ({"divisions": {"sex": "X"}}, "divisions.sex"),
        ({"bib": "8"}, "bib"),
        ({"name": "", "status": "DNF"}, "name"),
    ],
)
def test_change_refuses(organiser: APIClient, event: Event, changes: dict[str, Any], place: str) -> None:
    before = organiser.get(f"{ENTRIES}/7").json()
    assert wrong_places(organiser.patch(f"{ENTRIES}/7", {"name": "Other", **changes})) == [place]
    assert organiser.get(f"{ENTRIES}/7").json() == before


@pytest.mark.django_db(transaction=True)
def test_published_results_stay_but_a_name_can_be_mended(organiser: APIClient, event: Event) -> None:
    publish_event(event)
    assert wrong_places(organiser.patch(f"{ENTRIES}/7", {"name": "Ann", "status": "DNF"})) == ["reason"]
    assert organiser.get(f"{ENTRIES}/7").json()["name"] == "Ana"
    assert organiser.patch(f"{ENTRIES}/7", {"name": "Ann"}).json()["name"] == "Ann"
    generate_event_ranking(event.pk)
    event.refresh_from_db()
    assert event.current_ranking is not None
    assert event.current_ranking.revision == 1


def test_unknown_bib(organiser: APIClient, event: Event) -> None:
    assert_problem(organiser.get(f"{ENTRIES}/8"), 404)
    assert_problem(organiser.patch(f"{ENTRIES}/8", {"name": "x"}), 404)
    assert_problem(organiser.get(f"{ENTRIES}/%00"), 404)


def bibs(client: APIClient, query: str) -> list[str]:
    return [entry["bib"] for entry in client.get(f"{ENTRIES}{query}").json()["results"]]
