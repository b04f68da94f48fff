"""Reading a ranking: pages, top, around, places, revisions."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from rest_framework.test import APIClient

from apps.events.models import Entry, Event
from apps.events.services import change_entry, change_event_state, generate_event_ranking
from delivery.models import OutboxMessage
from tests.factories import RACE, add_entry, add_score, make_event, publish_event
from tests.integration.api.clients import API, assert_problem, wrong_places

RANKING = f"{API}/events/race/ranking"


@pytest.fixture
def ranked(transactional_db: None, event: Event) -> Event:
    """7 and 31 share the second rank of five; 40 is out of competition, 41 has no score, 42 is disqualified."""
    for bib, sex in (("31", "F"), ("40", "M"), ("41", "F"), ("42", "M")):
        add_entry(event, bib, divisions={"sex": sex})
    for bib, value in (("7", "21:40"), ("12", "20:05.3"), ("31", "21:40"), ("40", "19:00"), ("42", "18:00")):
        add_score(event, bib, value)
    entries = {entry.bib: entry.pk for entry in event.entries.all()}
    change_entry(entries["40"], changes={"standing": Entry.Standing.OUT_OF_COMPETITION})
    change_entry(entries["42"], changes={"status": Entry.Status.DSQ, "status_reason": "cut the course"})
    generate_event_ranking(event.pk)
    event.refresh_from_db()
    return event


def places(response: Any) -> list[tuple[str, str]]:
    """(shown rank, bib) of the answer's rows."""
    return [(row["shown_rank"], row["bib"]) for row in response.json()["rows"]]


def test_whole_ranking(visitor: APIClient, ranked: Event) -> None:
    response = visitor.get(RANKING)
    shown = response.json()
    assert places(response) == [("", "40"), ("1", "12"), ("2=", "7"), ("2=", "31"), ("", "41"), ("", "42")]
    assert shown["rows"][2] == {
        "rank": 2,
        "shown_rank": "2=",
        "position": 3,
        "bib": "7",
        "name": "Ana",
        "divisions": {"sex": "F"},
        "score": 1300000,
        "score_text": "21:40",
        "status": "finished",
        "standing": "competing",
        "tie_broken_by": None,
        "details": {},
    }
    last = shown["rows"][-1]
    assert (last["rank"], last["score"], last["score_text"], last["status"]) == (None, None, "", "DSQ")
    assert shown["rows"][0]["standing"] == "out_of_competition"
    ranking = ranked.current_ranking
    assert ranking is not None
    assert (shown["revision"], shown["content_hash"]) == (1, ranking.content_hash)
    assert (shown["event"], shown["state"], shown["official"], shown["division"]) == ("race", "open", False, "overall")
    assert (shown["total"], shown["ranked"], shown["next"]) == (6, 3, None)


def test_division(visitor: APIClient, ranked: Event) -> None:
    response = visitor.get(f"{RANKING}?division=sex:F")
    assert places(response) == [("1=", "7"), ("1=", "31"), ("", "41")]
    assert (response.json()["total"], response.json()["ranked"]) == (3, 2)


def test_ordinal_ranks_are_never_shown_as_shared(visitor: APIClient, owner: User, transactional_db: None) -> None:
    event = make_event(slug="race", owner=owner, rules={**RACE, "ties": "ordinal"})
    for bib in ("1", "2"):
        add_entry(event, bib)
        add_score(event, bib, 1000)
    generate_event_ranking(event.pk)
    assert places(visitor.get(RANKING)) == [("1", "1"), ("2", "2")]


def test_top(visitor: APIClient, ranked: Event) -> None:
    response = visitor.get(f"{RANKING}/top?limit=2&division=sex:M")
    assert places(response) == [("", "40"), ("1", "12")]
    assert response.json()["total"] == 3


def test_around(visitor: APIClient, ranked: Event) -> None:
    assert places(visitor.get(f"{RANKING}/around/7?n=1")) == [("1", "12"), ("2=", "7"), ("2=", "31")]
    assert len(places(visitor.get(f"{RANKING}/around/7"))) == 6
    assert places(visitor.get(f"{RANKING}/around/7?n=1&division=sex:F")) == [("1=", "7"), ("1=", "31")]


def test_places_of_one_entry(visitor: APIClient, ranked: Event) -> None:
    shown = visitor.get(f"{RANKING}/entries/31").json()
    assert (shown["entry"]["name"], shown["entry"]["score_text"], shown["revision"]) == ("Runner 31", "21:40", 1)
    assert shown["places"] == [
        {"division": "overall", "rank": 2, "shown_rank": "2=", "position": 4, "total": 6, "ranked": 3, "pending": 0},
        {"division": "sex:F", "rank": 1, "shown_rank": "1=", "position": 2, "total": 3, "ranked": 2, "pending": 0},
    ]


def test_revisions(visitor: APIClient, organiser: APIClient, ranked: Event) -> None:
    add_score(ranked, "31", "20:00")
    generate_event_ranking(ranked.pk)
    revisions = visitor.get(f"{API}/events/race/rankings?limit=1").json()
    assert [revision["revision"] for revision in revisions["results"]] == [2]
    assert [revision["revision"] for revision in visitor.get(revisions["next"]).json()["results"]] == [1]
    assert places(visitor.get(f"{RANKING}/top?limit=2")) == [("", "40"), ("1", "31")]
    old = visitor.get(f"{RANKING}/top?limit=2&revision=1")
    assert places(old) == [("", "40"), ("1", "12")]
    assert old.json()["revision"] == 1


def test_published_ranking_is_official_and_earlier_ones_are_not(visitor: APIClient, ranked: Event) -> None:
    add_score(ranked, "31", "20:00")
    publish_event(ranked)
    assert visitor.get(RANKING).json()["official"] is True
    assert visitor.get(f"{RANKING}?revision=2").json()["official"] is True
    assert visitor.get(f"{RANKING}?revision=1").json()["official"] is False
    change_event_state(ranked.pk, action="unpublish", by=None)
    assert visitor.get(RANKING).json()["official"] is False


def test_no_ranking_yet(visitor: APIClient, event: Event) -> None:
    for path in ("", "/top", "?division=sex:F"):
        shown = visitor.get(f"{RANKING}{path}").json()
        assert (shown["revision"], shown["rows"], shown["total"], shown["official"]) == (None, [], 0, False)
    assert wrong_places(visitor.get(f"{RANKING}/around/7"), 404) == ["revision"]
    assert wrong_places(visitor.get(f"{RANKING}/entries/7"), 404) == ["revision"]
    assert wrong_places(visitor.get(f"{RANKING}?revision=1"), 404) == ["revision"]


def test_what_is_not_there(visitor: APIClient, ranked: Event) -> None:
    expected = {
        "?division=sex:X": ["division"],
        "?division=age:F40": ["division"],
        "?revision=2": ["revision"],
        "/top?division=sex:X": ["division"],
        "/around/7?division=sex:M": ["bib"],
        "/around/7?revision=2": ["revision"],
        "/entries/7?revision=2": ["revision"],
        ".csv?division=sex:X": ["division"],
        ".csv?revision=2": ["revision"],
    }
    assert {path: wrong_places(visitor.get(f"{RANKING}{path}"), 404) for path in expected} == expected


def test_bib_that_is_not_there(visitor: APIClient, ranked: Event) -> None:
    add_entry(ranked, "new")
    for bib in ("8", "new", "x" * 24):
        assert_problem(visitor.get(f"{RANKING}/around/{bib}"), 404)
        assert_problem(visitor.get(f"{RANKING}/entries/{bib}"), 404)


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("?limit=0", "limit"),
        ("?limit=1001", "limit"),
        ("?limit=ten", "limit"),
        ("?division=sex", "division"),
        ("?division=", "division"),
        ("?division=sex:%01", "division"),
        ("?revision=0", "revision"),
        ("?revision=99999999999", "revision"),
        ("?cursor=%20", "cursor"),
        ("?cursor=xyz", "cursor"),
        ("?cursor=%F0%9F%8F%81", "cursor"),
        ("/top?limit=0", "limit"),
        ("/top?cursor=x", "cursor"),
        ("/around/7?n=0", "n"),
        ("/around/7?n=101", "n"),
        (".csv?limit=5", "limit"),
    ],
)
def test_parameters_refused(visitor: APIClient, event: Event, path: str, place: str) -> None:
    assert wrong_places(visitor.get(f"{RANKING}{path}")) == [place]


def test_asking_for_the_ranking(organiser: APIClient, event: Event) -> None:
    response = organiser.post(f"{RANKING}/generate")
    assert response.status_code == 202
    task = response.json()
    message = OutboxMessage.objects.get(task_id=task["task_id"])
    assert (message.task_name, message.kwargs) == ("events.generate_event_ranking", {"event_id": event.pk})
    assert message.not_before is None
    assert task["url"] == response["Location"]
    assert organiser.get(task["url"]).json()["state"] == "waiting"


def test_a_draft_has_no_ranking(organiser: APIClient, owner: User) -> None:
    make_event(slug="draft", owner=owner, state="draft")
    assert wrong_places(organiser.post(f"{API}/events/draft/ranking/generate"), 409) == ["state"]
