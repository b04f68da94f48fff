"""Results from components as a referee would put them together, by hand."""

from typing import Any

import pytest

from apps.events.rules import Rules
from tests.unit.events.naive_columns import ranked
from tests.unit.events.naive_entrants import Entrant, Mark


def score(values: list[int | None], adjustment: int = 0, direction: str = "high", **components: Any) -> int | None:
    """Of one entrant with such values in components A, B, C ...; None: none there."""
    names = "ABCDE"[: len(values)]
    rules = Rules.model_validate(
        {"metric": "points", "direction": direction, "components": {"names": list(names), **components}}
    )
    marks = (Mark(name, 1, 0, value, 1) for name, value in zip(names, values, strict=True) if value is not None)
    (line,) = ranked([Entrant("1", tuple(marks), adjustment=adjustment)], rules)["overall"]
    return line.score


@pytest.mark.parametrize(
    ("values", "components", "expected"),
    [
        ([7, 8, 9], {}, 24),
        ([7, 8, None], {}, None),
        ([7, 8, None], {"required": 2}, 15),
        ([7, None, None], {"required": 2}, None),
        ([7, 8, 9, 10], {"drop_best": 1, "drop_worst": 1}, 17),
        ([9, 9, 9], {"drop_best": 1, "drop_worst": 1}, 9),
        # The one that is missing is the worst: no better and no worse than a 0.
        ([10, 9, 8, None], {"drop_worst": 1, "required": 3}, 27),
        ([10, 9, 8, 0], {"drop_worst": 1, "required": 3}, 27),
        ([10, 9, None, None, None], {"drop_worst": 1, "required": 2}, 19),
        ([10, 9, 8, None], {"drop_best": 1, "drop_worst": 1, "required": 3}, 17),
        ([7, 8, 8], {"combine": "mean"}, 8),  # 7.67
        ([7, 8, 9, 1], {"combine": "mean", "drop_worst": 2}, 9),  # 8.5
        ([7, None, 9], {"combine": "best", "required": 1}, 9),
        ([7, None, 9], {"combine": "best", "required": 2, "drop_best": 1}, 7),
    ],
)
def test_what_counts(values: list[int | None], components: dict[str, Any], expected: int | None) -> None:
    assert score(values, **components) == expected


def test_where_the_lowest_wins_the_highest_is_the_worst() -> None:
    assert score([7, 8, 9], direction="low", drop_worst=1) == 15
    assert score([7, 8, 9], direction="low", drop_best=1) == 17
    assert score([7, None, 9], direction="low", combine="best", required=1) == 7


def test_an_adjustment_is_of_the_mean_and_not_of_a_part() -> None:
    assert score([7, 8, 8], combine="mean", adjustment=-2) == 6  # 5.67


def test_the_result_stands_with_the_last_component_that_counts() -> None:
    rules = Rules.model_validate(
        {
            "metric": "points",
            "direction": "high",
            "components": {"names": ["A", "B", "C"], "drop_worst": 1},
            "tie_breakers": [{"by": "achieved"}],
        }
    )
    values = {"A": (7, 10), "B": (6, 30), "C": (8, 20)}  # and when they were achieved
    marks = (Mark(name, 1, 0, value, achieved) for name, (value, achieved) in values.items())
    (line,) = ranked([Entrant("1", tuple(marks))], rules)["overall"]
    assert (line.score, line.details["achieved"]) == (15, 20)


def test_the_largest_values_add_up() -> None:
    names = [f"C{number}" for number in range(40)]
    for sign in (1, -1):
        for combine in ("sum", "mean"):
            document = {"metric": "points", "direction": "high", "components": {"names": names, "combine": combine}}
            marks = tuple(Mark(name, 1, 0, sign * 10**13, 1) for name in names)
            entrant = Entrant("1", marks, adjustment=sign * 10**13)
            (line,) = ranked([entrant], Rules.model_validate(document))["overall"]
            assert line.score == sign * 10**13 * (41 if combine == "sum" else 2)
