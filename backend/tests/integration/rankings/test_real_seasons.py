"""Six real seasons with their official standings, from files to standings."""

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from tests.factories import make_user
from tests.integration.rankings.loader import Loader, get
from tests.real_data import needs, read_csv

RESULTS, OFFICIAL = "season_results.csv", "season_official_standings.csv"
pytestmark = [pytest.mark.django_db(transaction=True), needs(RESULTS, OFFICIAL)]

# Ranked by place, with the points as they were awarded: halves, bonuses and all.
RACE = {
    "metric": "count",
    "direction": "low",
    "secondary": {"points": {"metric": "points", "scale": 1, "direction": "high"}},
}
# Retired and not classified; withdrew, failed to qualify; disqualified, excluded.
STATUSES = {"R": "DNF", "N": "DNF", "W": "DNS", "F": "DNS", "D": "DSQ", "E": "DSQ"}
RULES = {"points": {"recorded": "points"}}

Key = tuple[int, str]  # round, session


def races_of(year: str) -> dict[Key, list[dict[str, str]]]:
    """The results of each race and sprint, in order; a sprint comes before the race of its round."""
    races: dict[Key, list[dict[str, str]]] = defaultdict(list)
    for row in read_csv(RESULTS):
        if row["season"] == year:
            races[int(row["round"]), row["session"]].append(row)
    return dict(sorted(races.items(), key=lambda item: (item[0][0], item[0][1] != "sprint")))


def as_scores(results: list[dict[str, str]]) -> Iterator[dict[str, str]]:
    """Lines of an import: the place or the status, and beside a place the points."""
    for bib, result in enumerate(results, 1):
        line = {"bib": str(bib), "name": result["driver"], "participant": result["driver"]}
        yield {
            **line,
            "component": "",
            "score": result["position"],
            "status": STATUSES.get(result["position_text"], ""),
        }
        if result["position"]:
            yield {**line, "component": "points", "score": result["points"], "status": ""}


def load(loader: Loader, year: str, **rules: Any) -> Any:
    """The standings of a season as the API tells them."""
    terms: list[str] = []
    for (number, session), results in races_of(year).items():
        slug = f"s{year}-{number}-{session}"
        loader.load_event(slug, RACE, as_scores(results))
        had_sprint = bool(terms) and terms[-1].startswith(f"s{year}-{number}-sprint")
        terms.append(f"{slug}:no-ties" if session == "sprint" else f"{slug}:same-round" if had_sprint else slug)
    loader.load_season(f"s{year}", {**RULES, **rules}, terms)
    return get(f"seasons/s{year}/standings?limit=1000")


def official(year: str) -> dict[str, dict[str, str]]:
    return {row["driver"]: row for row in read_csv(OFFICIAL) if row["season"] == year}


def as_number(points: str) -> str:
    """Points as Placar writes them."""
    return points.removesuffix(".0")


@pytest.fixture
def loader(tmp_path: Path) -> Loader:
    staff = Client()
    staff.force_login(make_user(is_staff=True))
    return Loader(tmp_path, staff)


@pytest.mark.parametrize(("year", "drivers"), [("2003", 24), ("2014", 24), ("2021", 21), ("2024", 24)])
def test_every_total_and_every_rank_comes_out(loader: Loader, year: str, drivers: int) -> None:
    rows = load(loader, year)["rows"]
    expected = {driver: (row["position_text"], as_number(row["points"])) for driver, row in official(year).items()}
    assert {row["name"]: (row["shown_rank"], row["total"]) for row in rows} == expected
    assert len(rows) == drivers


def test_of_1988_the_best_eleven_count_and_all_places_break_ties(loader: Loader) -> None:
    rows = load(loader, "1988", best=11)["rows"]
    expected = {driver: (row["position_text"], row["points"]) for driver, row in official("1988").items()}
    assert {row["name"]: (row["shown_rank"], row["total"]) for row in rows} == expected
    cells = {row["name"]: row["cells"] for row in rows}
    for driver, total in (("senna", 94), ("prost", 105)):
        assert sum(int(cell["points"]) for cell in cells[driver] if cell) == total
    dropped = [cell["points"] for cell in cells["prost"] if cell and not cell["counted"]]
    assert sorted(dropped, key=int) == ["0", "0", "6", "6", "6"]


def test_in_1997_one_driver_is_excluded_and_the_others_close_up(loader: Loader) -> None:
    before = load(loader, "1997")
    places = official("1997")
    (excluded,) = [driver for driver, row in places.items() if row["position_text"] == "D"]
    line = next(row for row in before["rows"] if row["name"] == excluded)
    assert (line["rank"], line["total"]) == (2, "78")
    ruling = {"kind": "exclusion", "participant": line["participant"], "reason": "caused a collision at the last race"}
    answer = loader.staff.post("/api/v1/seasons/s1997/rulings", ruling, content_type="application/json")
    assert answer.status_code == 201, answer.content
    loader.refresh("s1997")
    after = get("seasons/s1997/standings?limit=1000")
    now = next(row for row in after["rows"] if row["name"] == excluded)
    assert (now["rank"], now["state"], now["total"], now["cells"]) == (None, "excluded", "78", line["cells"])
    # Two who never qualified are not in the official standings; they have ranks behind all others.
    ranked = {row["name"]: (row["shown_rank"], row["total"]) for row in after["rows"] if row["name"] in places}
    expected = {driver: (row["position_text"], row["points"]) for driver, row in places.items()}
    assert ranked == {**expected, excluded: ("", "78")}
    assert [row["shown_rank"] for row in after["rows"] if row["name"] not in places] == ["26=", "26="]
    changes = get("seasons/s1997/standings/changes?before=1")
    assert [cause["text"] for cause in changes["causes"]] == [
        f"{excluded}, excluded: caused a collision at the last race"
    ]
    assert changes["moves"][0]["before"]["rank"] == 3
