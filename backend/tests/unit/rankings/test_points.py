"""What a place is worth, exactly."""

from fractions import Fraction
from math import floor
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.rankings.points import format_points, place_points, round_half_up
from apps.rankings.rules import parse_season_rules

numbers = st.lists(st.tuples(st.integers(-(10**15), 10**15), st.integers(1, 10**6)), min_size=1, max_size=5)
factors = st.fractions(min_value=Fraction(1, 10_000), max_value=1000, max_denominator=10_000)


def worth(ranks: list[int], factor: Fraction = Fraction(1), **points: Any) -> list[int]:
    scheme = parse_season_rules({"points": points}).points
    found: list[int] = place_points(np.array(ranks, np.int64), scheme, factor).tolist()
    return found


def test_points_go_by_place_and_end_with_the_list() -> None:
    assert worth([1, 2, 3, 4, 5], by_place=[25, "18.5", 0.25, 0]) == [2500, 1850, 25, 0, 0]
    assert worth([1, 2, 3, 1000], by_place=[25, 18], beyond=1) == [2500, 1800, 100, 100]


def test_who_shares_a_rank_gets_the_points_of_it_in_full() -> None:
    assert worth([1, 2, 2, 4], by_place=[10, 7, 4, 1]) == [1000, 700, 700, 100]


def test_or_the_mean_of_the_places_that_they_take_up_together() -> None:
    assert worth([1, 2, 2, 4], by_place=[10, 7, 4, 1], ties="mean") == [1000, 550, 550, 100]
    # Also beyond the list, and whatever the ranks are called: 1334 and 1223 mean the same places.
    assert worth([1, 1, 1], by_place=[10], ties="mean", beyond="0.5") == [367, 367, 367]
    assert worth([1, 3, 3, 4], by_place=[10, 7, 4, 1], ties="mean") == [1000, 550, 550, 100]
    assert worth([1, 2, 2, 3], by_place=[10, 7, 4, 1], ties="mean") == [1000, 550, 550, 100]


def test_a_cell_is_rounded_once_at_its_end() -> None:
    # 12.50, then half of it 6.25, then half up of 3.125; rounded twice or by floats it would be another number.
    assert worth([1], Fraction(1, 4), by_place=["12.5"]) == [313]
    assert worth([1, 1, 1], Fraction(3), by_place=["0.01", 0, 0], ties="mean") == [1, 1, 1]


@given(numbers, factors)
def test_rounding_is_half_up_and_exact_for_any_size(pairs: list[tuple[int, int]], factor: Fraction) -> None:
    above, below = (np.array(column, np.int64) for column in zip(*pairs, strict=True))
    expected = [floor(Fraction(a, b) * factor + Fraction(1, 2)) for a, b in pairs]
    assert round_half_up(above, below, factor).tolist() == expected


@pytest.mark.parametrize(
    ("hundredths", "text"),
    [(0, "0"), (2500, "25"), (1850, "18.5"), (25, "0.25"), (5, "0.05"), (-350, "-3.5"), (-5, "-0.05")],
)
def test_points_as_people_read_them(hundredths: int, text: str) -> None:
    assert format_points(hundredths) == text
