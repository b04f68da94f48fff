"""A reader who leafs through a ranking stays in the revision that was begun."""

from base64 import urlsafe_b64encode
from typing import Any

import pytest
from rest_framework.test import APIClient

from apps.events.models import Event
from apps.events.services import generate_event_ranking
from tests.factories import add_entry, add_score
from tests.integration.api.clients import API, wrong_places

pytestmark = pytest.mark.django_db(transaction=True)
RANKING = f"{API}/events/race/ranking"
FIELD = 25


@pytest.fixture
def ranked(event: Event) -> Event:
    """Bibs 100 to 124 in the order of their bibs, then 7 and 12 without a score."""
    for number in range(FIELD):
        bib = str(100 + number)
        add_entry(event, bib, divisions={"sex": "FM"[number % 2]})
        add_score(event, bib, 1000 + number)
    generate_event_ranking(event.pk)
    return event


def leaf(client: APIClient, url: str | None) -> list[dict[str, Any]]:
    """All pages from `url` on."""
    pages = []
    while url:
        pages.append(client.get(url).json())
        url = pages[-1]["next"]
    return pages


def bibs(pages: list[dict[str, Any]]) -> list[str]:
    return [row["bib"] for page in pages for row in page["rows"]]


def test_pages_are_the_whole(visitor: APIClient, ranked: Event) -> None:
    for limit in (1, 4, FIELD + 1, FIELD + 2, FIELD + 3):
        pages = leaf(visitor, f"{RANKING}?limit={limit}")
        assert bibs(pages) == [*(str(100 + number) for number in range(FIELD)), "7", "12"]
        assert [len(page["rows"]) for page in pages[:-1]] == [limit] * (len(pages) - 1)
        assert pages[-1]["rows"]
        assert {page["total"] for page in pages} == {FIELD + 2}


def test_new_revision_between_pages(visitor: APIClient, ranked: Event) -> None:
    first = visitor.get(f"{RANKING}?limit=10").json()
    add_score(ranked, "124", 1)  # from the last to the first place
    generate_event_ranking(ranked.pk)
    assert visitor.get(RANKING).json()["rows"][0]["bib"] == "124"
    pages = [first, *leaf(visitor, first["next"])]
    assert {page["revision"] for page in pages} == {1}
    assert bibs(pages) == [*(str(100 + number) for number in range(FIELD)), "7", "12"]


def test_cursor_keeps_the_division(visitor: APIClient, ranked: Event) -> None:
    pages = leaf(visitor, f"{RANKING}?limit=5&division=sex:F")
    assert bibs(pages) == [*(str(100 + number) for number in range(0, FIELD, 2)), "7"]
    assert {page["division"] for page in pages} == {"sex:F"}


def test_cursor_of_another_place(visitor: APIClient, ranked: Event) -> None:
    following = visitor.get(f"{RANKING}?limit=5").json()["next"]
    assert wrong_places(visitor.get(f"{following}&division=sex:F")) == ["cursor"]
    assert wrong_places(visitor.get(f"{following}&revision=2")) == ["cursor"]
    assert visitor.get(f"{following}&revision=1&division=overall").status_code == 200


def test_made_up_cursor(visitor: APIClient, ranked: Event) -> None:
    for content in ("1", "1 5", "0 5 overall", "1 -5 overall", "1 5 ", "x 5 overall", "1 5 over\nall"):
        assert wrong_places(visitor.get(f"{RANKING}?cursor={made_up(content)}")) == ["cursor"]


def test_cursor_of_what_is_not_there(visitor: APIClient, ranked: Event) -> None:
    for content, place in (("9 5 overall", "revision"), ("1 5 sex:X", "division")):
        assert wrong_places(visitor.get(f"{RANKING}?cursor={made_up(content)}"), 404) == [place]


def test_cursor_beyond_the_end(visitor: APIClient, ranked: Event) -> None:
    shown = visitor.get(f"{RANKING}?cursor={made_up('1 9999999999 overall')}").json()
    assert (shown["rows"], shown["next"]) == ([], None)


def made_up(content: str) -> str:
    return urlsafe_b64encode(content.encode()).decode()
