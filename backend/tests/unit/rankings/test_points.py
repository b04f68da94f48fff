"""Points schemes as JSON documents."""

from typing import Any

import pytest

from apps.errors import InvalidInput
from apps.rankings.points import format_points, parse_points


def test_points_go_by_place_and_end_with_the_list() -> None:
    scheme = parse_points({"by_place": [25, "18.5", 0.25, 0]})
    assert [scheme.points(rank) for rank in (1, 2, 3, 4, 5, 1000)] == [2500, 1850, 25, 0, 0, 0]


@pytest.mark.parametrize(("hundredths", "text"), [(0, "0"), (2500, "25"), (1850, "18.5"), (25, "0.25"), (5, "0.05")])
def test_points_as_people_read_them(hundredths: int, text: str) -> None:
    assert format_points(hundredths) == text


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        ([25, 18], "points: a JSON object is expected"),
        ({}, "points: by_place: Field required"),
        ({"by_place": []}, "by_place: List should have at least 1 item"),
        ({"by_place": [25, -1]}, "by_place.1: Input should be greater than or equal to 0"),
        ({"by_place": [1.005]}, "by_place.0: Decimal input should have no more than 2 decimal places"),
        ({"by_place": ["NaN"]}, "by_place.0: Input should be a finite number"),
        ({"by_place": [True]}, "by_place.0: Decimal input should be"),
        ({"by_place": ["first"]}, "by_place.0: Input should be a valid decimal"),
        ({"by_place": [1], "byplace": [2]}, "byplace: Extra inputs are not permitted"),
    ],
)
def test_a_mistake_is_named_with_its_place(document: Any, reason: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        parse_points(document)
    assert reason in str(refusal.value)
