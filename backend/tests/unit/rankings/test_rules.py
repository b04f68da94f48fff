"""The rules of a season as JSON documents."""

from typing import Any

import pytest

from apps.errors import InvalidInput
from apps.rankings.rules import parse_season_rules

POINTS = {"by_place": [10, 7]}


def test_what_is_not_written_has_a_default_that_is_read_back_the_same() -> None:
    rules = parse_season_rules({"points": POINTS})
    assert rules.model_dump(mode="json") == {
        "points": {
            "by_place": ["10", "7"],
            "recorded": None,
            "ties": "full",
            "beyond": "0",
            "dnf": "0",
            "dns": "0",
            "dsq": "0",
        },
        "best": None,
        "splits": None,
        "drop_worst": None,
        "minimum_events": 0,
        "tie_breakers": ["countback", "most_events", "latest_common"],
        "countback_depth": None,
        "divisions": {},
    }
    assert parse_season_rules(rules.model_dump(mode="json")) == rules
    recorded = parse_season_rules({"points": {"recorded": "points"}})
    assert parse_season_rules(recorded.model_dump(mode="json")) == recorded


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        ([25, 18], "rules: a JSON object is expected"),
        ({}, "rules: points: Field required"),
        ({"points": {}}, "points: by_place or recorded is needed"),
        ({"points": {"by_place": []}}, "points.by_place: List should have at least 1 item"),
        ({"points": {"by_place": [25, -1]}}, "points.by_place.1: Input should be greater than or equal to 0"),
        ({"points": {"by_place": [1.005]}}, "points.by_place.0: Decimal input should have no more than 2 decimal"),
        ({"points": {"by_place": ["NaN"]}}, "points.by_place.0: Input should be a finite number"),
        ({"points": {"by_place": [True]}}, "points.by_place.0: Decimal input should be"),
        ({"points": {"by_place": ["first"]}}, "points.by_place.0: Input should be a valid decimal"),
        ({"points": {"by_place": [1], "byplace": [2]}}, "points.byplace: Extra inputs are not permitted"),
        ({"points": {"by_place": [1], "recorded": "points"}}, "points: recorded: points come by place or as recorded"),
        ({"points": {"recorded": None, "dnf": 1}}, "points: dnf: goes with by_place"),
        ({"points": POINTS, "best": 0}, "best: Input should be greater than or equal to 1"),
        ({"points": POINTS, "best": 3, "drop_worst": 1}, "best, splits, drop_worst: only one of them"),
        ({"points": POINTS, "splits": [{"best": 1}, {"best": 1}]}, "splits: only the last one can take the rest"),
        ({"points": POINTS, "tie_breakers": ["countback", "countback"]}, "tie_breakers: one is named twice"),
        ({"points": POINTS, "tie_breakers": ["draw"]}, "tie_breakers.0: Input should be 'countback'"),
        ({"points": POINTS, "tie_breakers": [], "countback_depth": 3}, "countback_depth: goes with the tie-breaker"),
        ({"points": POINTS, "divisions": {"sex": "women"}}, "divisions.sex: Input should be 'overall' or 'division'"),
        ({"points": POINTS, "divisions": {"a b": "overall"}}, "divisions.a b.[key]: String should match"),
    ],
)
def test_a_mistake_is_named_with_its_place(document: Any, reason: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        parse_season_rules(document)
    assert reason in str(refusal.value)


@pytest.mark.parametrize(
    ("splits", "rounds", "covers"),
    [
        (None, 40, True),
        ([{"events": 6, "best": 5}, {"events": 5, "best": 4}], 11, True),
        ([{"events": 6, "best": 5}, {"events": 5, "best": 4}], 12, False),
        ([{"events": 6, "best": 5}, {"best": 4}], 40, True),
    ],
)
def test_splits_reach_as_far_as_they_say(splits: Any, rounds: int, covers: bool) -> None:
    assert parse_season_rules({"points": POINTS, "splits": splits}).covers(rounds) is covers
