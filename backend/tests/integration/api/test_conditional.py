"""A reader who holds the present answer is told so; any change of what is shown brings another answer."""

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from apps.events.models import Entry, Event
from apps.events.services import change_entry, change_event, change_event_state, generate_event_ranking
from tests.factories import add_score
from tests.integration.api.clients import API

pytestmark = pytest.mark.django_db(transaction=True)
PATHS = ["ranking", "ranking/top", "ranking/around/7", "ranking/entries/7", "ranking.csv", "ranking?revision=1"]


@pytest.fixture
def ranked(event: Event) -> Event:
    """A ranked event."""
    add_score(event, "7", 1000)
    generate_event_ranking(event.pk)
    return event


def rank_again(event: Event) -> None:
    add_score(event, "12", 999)
    generate_event_ranking(event.pk)


def rename(event: Event) -> None:
    change_entry(event.entries.get(bib="7").pk, changes={"name": "Ann"})


def hide_other(event: Event) -> None:
    change_entry(event.entries.get(bib="12").pk, changes={"standing": Entry.Standing.HIDDEN})


def close(event: Event) -> None:
    change_event_state(event.pk, action="close", by=None)


CHANGES = {"rank again": rank_again, "rename": rename, "hide another": hide_other, "close": close}


def ask(client: APIClient, path: str, tag: str) -> Any:
    return client.get(f"{API}/events/race/{path}", headers={"If-None-Match": tag})


def test_unchanged(visitor: APIClient, ranked: Event) -> None:
    for path in PATHS:
        first = visitor.get(f"{API}/events/race/{path}")
        assert first["Cache-Control"] == "no-cache", path
        for tag in (first["ETag"], f'"other", {first["ETag"]}', "*"):
            response = ask(visitor, path, tag)
            assert (response.status_code, response.content) == (304, b""), path
            assert response["ETag"] == first["ETag"], path
        assert ask(visitor, path, '"other"').status_code == 200, path


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_changed(visitor: APIClient, ranked: Event, change: Callable[[Event], None]) -> None:
    tags = {path: visitor.get(f"{API}/events/race/{path}")["ETag"] for path in PATHS}
    change(ranked)
    assert {path: ask(visitor, path, tag).status_code for path, tag in tags.items()} == dict.fromkeys(PATHS, 200)


def test_score_that_is_not_ranked_yet_changes_nothing_shown(visitor: APIClient, ranked: Event) -> None:
    first = visitor.get(f"{API}/events/race/ranking")
    add_score(ranked, "12", 999)
    assert ask(visitor, "ranking", first["ETag"]).status_code == 304
    generate_event_ranking(ranked.pk)
    assert ask(visitor, "ranking", first["ETag"]).status_code == 200


def test_tag_gives_nobody_sight_of_a_private_event(visitor: APIClient, organiser: APIClient, ranked: Event) -> None:
    change_event(ranked.pk, changes={"visibility": "private"})
    shown = organiser.get(f"{API}/events/race/ranking")
    assert shown["Cache-Control"] == "private, no-cache"
    assert ask(visitor, "ranking", shown["ETag"]).status_code == 404
