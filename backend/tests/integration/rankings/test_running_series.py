"""A real running series with its official totals and ranks, from files to standings."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client

from tests.factories import make_user
from tests.integration.rankings.loader import Loader, get
from tests.real_data import needs, read_csv

SERIES = "running_series_2025.csv"
pytestmark = [pytest.mark.django_db(transaction=True), needs(SERIES)]

RACES = range(1, 6)
COLUMNS = "bib=bib,name=name,participant=participant,division=category,score=score"
RACE = {"metric": "points", "direction": "high"}
# Four of five races count, and whoever ran fewer has no rank. Equal totals share one.
RULES = {
    "points": {"recorded": None},
    "best": 4,
    "minimum_events": 4,
    "tie_breakers": [],
    "divisions": {"category": "overall"},
}


def as_scores(rows: list[dict[str, str]], race: int) -> Iterator[dict[str, str]]:
    """Lines of an import. No points means that the runner was not there."""
    for row in rows:
        if row[f"race{race}_points"] != "0":
            yield {
                "bib": row["runner"],
                "name": row["runner"],
                "participant": row["runner"],
                "category": row["category"],
                "score": row[f"race{race}_points"],
            }


def test_every_total_and_every_rank_comes_out(tmp_path: Path) -> None:
    staff = Client()
    staff.force_login(make_user(is_staff=True))
    loader = Loader(tmp_path, staff)
    rows = read_csv(SERIES)
    for race in RACES:
        loader.load_event(f"race-{race}", RACE, as_scores(rows, race), columns=COLUMNS)
    loader.load_season("series", RULES, [f"race-{race}" for race in RACES])
    found = get("seasons/series/standings?limit=1000")
    assert found["total"] == len(rows) == 203
    expected = {row["runner"]: (row["official_pos"].strip("-"), row["official_total"]) for row in rows}
    assert {row["name"]: (row["shown_rank"], row["total"]) for row in found["rows"]} == expected
    check_divisions({row["name"]: row for row in found["rows"]}, found["divisions"], rows)


def check_divisions(overall: dict[str, dict[str, object]], boards: list[str], rows: list[dict[str, str]]) -> None:
    """Each category has the runners of the overall standings who are in it, in the same order."""
    categories = sorted({row["category"] for row in rows})
    assert boards == ["overall", *(f"category:{category}" for category in categories)]
    of_runner = {row["runner"]: row["category"] for row in rows}
    for category in categories:
        found = get(f"seasons/series/standings?limit=1000&division=category:{category}")
        names = [row["name"] for row in found["rows"]]
        assert names == [name for name in overall if of_runner[name] == category]
