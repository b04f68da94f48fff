"""Seasons and standings in the API."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from apps.events.models import Event
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
    with_standings = {
        slug for slug in VISIBILITIES if client.get(f"/api/v1/seasons/{slug}/standings").status_code == 200
    }
    assert readable == with_standings
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
        add_entry(event, bib, name=name)
        add_score(event, bib, time)
    return event


@pytest.fixture
def season(race: Event) -> Season:
    season = season_of("public")
    draft = make_event(slug="upcoming", state="draft")
    return set_events(season, draft, race)


def standings(**query: Any) -> Any:
    return Client().get("/api/v1/seasons/public/standings", query).json()


def test_a_season_shows_the_events_that_the_visitor_may_see(season: Season) -> None:
    document = Client().get("/api/v1/seasons/public").json()
    assert document["points"] == {"by_place": [10, "7.5"]}
    assert [event["slug"] for event in document["events"]] == ["harbour"]
    staff = Client()
    staff.force_login(make_user(is_staff=True))
    assert [event["slug"] for event in staff.get("/api/v1/seasons/public").json()["events"]] == ["upcoming", "harbour"]


def test_a_season_without_standings_has_no_rows(season: Season) -> None:
    assert standings() == {
        "season": "public",
        "revision": None,
        "computed_at": None,
        "content_hash": None,
        "events": [],
        "total": 0,
        "rows": [],
        "next": None,
    }


def test_standings_tell_rank_total_and_cells(season: Season, race: Event) -> None:
    publish_event(race)
    refresh_standings(season.pk)
    document = standings()
    assert (document["revision"], document["total"]) == (1, 3)
    assert [event["slug"] for event in document["events"]] == ["harbour"]
    assert document["rows"] == [
        line(1, "1", 1, "Bia", "10", {"rank": 1, "points": "10"}),
        line(2, "2=", 2, "Ana", "7.5", {"rank": 2, "points": "7.5"}),
        line(2, "2=", 3, "Caio", "7.5", {"rank": 2, "points": "7.5"}),
    ]


def line(rank: int, shown_rank: str, position: int, name: str, total: str, cell: Any) -> dict[str, Any]:
    return {
        "rank": rank,
        "shown_rank": shown_rank,
        "position": position,
        "name": name,
        "total": total,
        "cells": [cell],
    }


def test_pages_stay_in_one_revision(season: Season, race: Event) -> None:
    publish_event(race)
    refresh_standings(season.pk)
    first = standings(limit=2)
    assert [row["position"] for row in first["rows"]] == [1, 2]
    second = Client().get(first["next"]).json()
    assert ([row["position"] for row in second["rows"]], second["next"]) == ([3], None)
    change_season(season.pk, changes={"points": {"by_place": [3]}})
    refresh_standings(season.pk)
    late = Client().get(first["next"])
    assert late.status_code == 422
    assert late.json()["errors"] == [
        {"place": "cursor", "reason": "the standings have changed; begin again with the first page"}
    ]


@pytest.mark.parametrize("query", [{"limit": 0}, {"limit": "x"}, {"cursor": "x"}, {"page": 2}])
def test_a_wrong_query_is_refused(season: Season, query: dict[str, Any]) -> None:
    answer = Client().get("/api/v1/seasons/public/standings", query)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["place"] == next(iter(query))


def test_an_unknown_season_is_404() -> None:
    assert Client().get("/api/v1/seasons/none").status_code == 404
