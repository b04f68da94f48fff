"""Seasons and standings in the API: what is read."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from apps.events.models import Event
from apps.events.services import change_event
from apps.rankings.models import Season
from apps.rankings.services import change_season, refresh_standings
from tests.factories import add_entry, add_score, make_event, make_user, publish_event
from tests.seasons import make_season, set_events

pytestmark = pytest.mark.django_db(transaction=True)

VISIBILITIES = ("public", "unlisted", "private")


def season_of(visibility: str, owner: User | None = None) -> Season:
    return make_season(slug=visibility, name=visibility, owner=owner, visibility=visibility)


def seen_by(user: User | None) -> tuple[set[str], set[str]]:
    """What the list shows, and what can be read."""
    client = Client()
    if user is not None:
        client.force_login(user)
    listed = {season["slug"] for season in client.get("/api/v1/seasons").json()["results"]}
    readable = {slug for slug in VISIBILITIES if client.get(f"/api/v1/seasons/{slug}").status_code == 200}
    for address in ("standings", "standings/revisions"):
        assert readable == {
            slug for slug in VISIBILITIES if client.get(f"/api/v1/seasons/{slug}/{address}").status_code == 200
        }
    return listed, readable


def test_who_sees_which_season() -> None:
    owner = make_user("owner")
    for visibility in VISIBILITIES:
        season_of(visibility, owner)
    assert seen_by(None) == ({"public"}, {"public", "unlisted"})
    assert seen_by(make_user("stranger")) == ({"public"}, {"public", "unlisted"})
    assert seen_by(owner) == (set(VISIBILITIES), set(VISIBILITIES))
    assert seen_by(make_user("staff", is_staff=True)) == (set(VISIBILITIES), set(VISIBILITIES))


@pytest.fixture
def race() -> Event:
    event = make_event(slug="harbour", name="Harbour 10K")
    for bib, name, time in (("1", "Ana", "21:00"), ("2", "Bia", "20:00"), ("3", "Caio", "21:00")):
        add_entry(event, bib, name=name, divisions={"sex": "M" if name == "Caio" else "F"})
        add_score(event, bib, time)
    return event


@pytest.fixture
def season(race: Event) -> Season:
    season = make_season(slug="public", rules={"divisions": {"sex": "division"}})
    draft = make_event(slug="upcoming", state="draft")
    return set_events(season, draft, race)


def read(address: str = "standings", **query: Any) -> Any:
    answer = Client().get(f"/api/v1/seasons/public/{address}", query)
    assert answer.status_code == 200, answer.content
    return answer.json()


def test_a_season_shows_the_events_that_the_visitor_may_see(season: Season) -> None:
    document = Client().get("/api/v1/seasons/public").json()
    assert document["rules"]["points"]["by_place"] == ["10", "7", "4.5"]
    assert document["rules"]["tie_breakers"] == ["countback", "most_events", "latest_common"]
    assert document["events"] == [
        {
            "slug": "harbour",
            "name": "Harbour 10K",
            "state": "open",
            "starts_at": None,
            "multiplier": "1",
            "same_round": False,
            "breaks_ties": True,
        }
    ]
    staff = Client()
    staff.force_login(make_user(is_staff=True))
    assert [event["slug"] for event in staff.get("/api/v1/seasons/public").json()["events"]] == ["upcoming", "harbour"]


def test_a_season_without_standings_has_no_rows(season: Season) -> None:
    assert read() == {
        "season": "public",
        "revision": None,
        "is_current": False,
        "is_final": False,
        "computed_at": None,
        "content_hash": None,
        "division": "overall",
        "divisions": [],
        "events": [],
        "total": 0,
        "ranked": 0,
        "rows": [],
        "next": None,
    }
    for address in ("standings.csv", "awards", "standings/participants/1"):
        assert Client().get(f"/api/v1/seasons/public/{address}").status_code == 404


def test_standings_tell_rank_total_and_cells(season: Season, race: Event) -> None:
    publish_event(race)
    refresh_standings(season.pk)
    document = read()
    assert (document["revision"], document["total"], document["ranked"]) == (1, 3, 3)
    assert (document["is_current"], document["is_final"]) == (True, False)
    assert [event["slug"] for event in document["events"]] == ["harbour"]
    assert document["divisions"] == ["overall", "sex:F", "sex:M"]
    assert [line_of(row) for row in document["rows"]] == [
        line("1", 1, "Bia", "10", {"rank": 1, "status": "", "points": "10", "counted": True}),
        line("2=", 2, "Ana", "7", {"rank": 2, "status": "", "points": "7", "counted": True}),
        line("2=", 3, "Caio", "7", {"rank": 2, "status": "", "points": "7", "counted": True}),
    ]
    assert [(row["name"], row["total"]) for row in read(division="sex:M")["rows"]] == [("Caio", "10")]


def line_of(row: dict[str, Any]) -> dict[str, Any]:
    assert isinstance(row.pop("participant"), int)
    assert (row.pop("state"), row.pop("tie_break"), row.pop("rulings")) == ("ranked", None, [])
    assert row.pop("rank") == int(row["shown_rank"].strip("="))
    return row


def line(shown_rank: str, position: int, name: str, total: str, cell: Any) -> dict[str, Any]:
    return {"shown_rank": shown_rank, "position": position, "name": name, "total": total, "cells": [cell]}


def test_pages_stay_in_one_revision(season: Season, race: Event) -> None:
    publish_event(race)
    refresh_standings(season.pk)
    first = read(limit=2)
    assert [row["position"] for row in first["rows"]] == [1, 2]
    change_season(season.pk, changes={"rules": {"points": {"by_place": [3]}}})
    refresh_standings(season.pk)
    second = Client().get(first["next"]).json()
    assert (second["revision"], second["is_current"], second["next"]) == (1, False, None)
    assert [(row["position"], row["total"]) for row in second["rows"]] == [(3, "7")]
    assert (read()["revision"], read(revision=1)["rows"][:2]) == (2, first["rows"])


def test_a_participant_stands_on_each_of_their_boards(season: Season, race: Event) -> None:
    publish_event(race)
    refresh_standings(season.pk)
    ana = next(row for row in read()["rows"] if row["name"] == "Ana")
    document = read(f"standings/participants/{ana['participant']}")
    assert [
        (board["division"], board["line"]["shown_rank"], board["line"]["total"]) for board in document["boards"]
    ] == [
        ("overall", "2=", "7"),
        ("sex:F", "2", "7"),
    ]
    assert [event["slug"] for event in document["events"]] == ["harbour"]
    assert Client().get("/api/v1/seasons/public/standings/participants/4711").status_code == 404


def test_awards_are_provisional_until_no_event_is_still_to_come(season: Season, race: Event) -> None:
    publish_event(race)
    refresh_standings(season.pk)
    document = read("awards")
    assert document["is_final"] is False
    assert [
        (board["division"], [row["name"] for row in board["champions"]], [row["name"] for row in board["podium"]])
        for board in document["boards"]
    ] == [
        ("overall", ["Bia"], ["Bia", "Ana", "Caio"]),
        ("sex:F", ["Bia"], ["Bia", "Ana"]),
        ("sex:M", ["Caio"], ["Caio"]),
    ]
    set_events(season, race)
    refresh_standings(season.pk)
    assert read("awards")["is_final"] is True


def test_the_podium_ends_with_the_third_rank(season: Season) -> None:
    event = make_event()
    for bib in range(1, 6):
        add_entry(event, str(bib), name=f"Runner {bib}")
        add_score(event, str(bib), f"2{bib}:00")
    publish_event(event)
    set_events(season, event)
    refresh_standings(season.pk)
    (board,) = read("awards")["boards"]
    assert [row["name"] for row in board["podium"]] == ["Runner 1", "Runner 2", "Runner 3"]
    assert [row["name"] for row in board["champions"]] == ["Runner 1"]


def test_a_revision_that_counts_an_event_that_has_become_private_is_gone(season: Season, race: Event) -> None:
    publish_event(race)
    refresh_standings(season.pk)
    change_event(race.pk, changes={"visibility": "private"})
    assert read()["rows"] == []  # also before the standings have followed
    assert read("standings/revisions")["results"] == []
    refresh_standings(season.pk)
    assert (read()["revision"], read()["rows"]) == (2, [])
    (revision,) = read("standings/revisions")["results"]
    assert revision["causes"] == []  # a cause that names the event is not told
    for address in ("standings", "standings.csv", "awards", "standings/participants/1"):
        assert Client().get(f"/api/v1/seasons/public/{address}", {"revision": 1}).status_code == 404
    assert Client().get("/api/v1/seasons/public/standings/changes", {"before": 1}).status_code == 404
    staff = Client()
    staff.force_login(make_user(is_staff=True))
    assert staff.get("/api/v1/seasons/public/standings", {"revision": 1}).json()["total"] == 3


@pytest.mark.parametrize("query", [{"limit": 0}, {"limit": "x"}, {"cursor": "x"}, {"page": 2}, {"division": "F"}])
def test_a_wrong_query_is_refused(season: Season, query: dict[str, Any]) -> None:
    answer = Client().get("/api/v1/seasons/public/standings", query)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["place"] == next(iter(query))


@pytest.mark.parametrize("query", [{"revision": 7}, {"division": "sex:X"}])
def test_what_is_not_there_is_404(season: Season, race: Event, query: dict[str, Any]) -> None:
    publish_event(race)
    refresh_standings(season.pk)
    assert Client().get("/api/v1/seasons/none").status_code == 404
    for address in ("standings", "standings.csv"):
        assert Client().get(f"/api/v1/seasons/public/{address}", query).status_code == 404
