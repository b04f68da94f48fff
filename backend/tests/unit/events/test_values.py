"""Scores as people write them, in the smallest unit and back."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.errors import InvalidInput
from apps.events.measures import Direction, Metric
from apps.events.rules import Rules
from apps.events.values import LARGEST_VALUE, UNITS, format_value, parse_value

DURATION = Rules(metric=Metric.DURATION, direction=Direction.LOW)
DISTANCE = Rules(metric=Metric.DISTANCE, direction=Direction.HIGH)
COUNT = Rules(metric=Metric.COUNT, direction=Direction.HIGH)


def points(scale: int) -> Rules:
    return Rules(metric=Metric.POINTS, direction=Direction.HIGH, scale=scale)


@pytest.mark.parametrize(
    ("text", "unit", "rules", "expected"),
    [
        ("2:09:37", "", DURATION, 7_777_000),
        ("2:09:37.5", "", DURATION, 7_777_500),
        ("2:09:37.042", "", DURATION, 7_777_042),
        ("100:00:00", "", DURATION, 360_000_000),
        ("09:37", "", DURATION, 577_000),
        ("90:00", "", DURATION, 5_400_000),
        ("0:59.900", "", DURATION, 59_900),
        (" 59:59 ", "", DURATION, 3_599_000),
        ("7777", "s", DURATION, 7_777_000),
        ("7777.5", "s", DURATION, 7_777_500),
        ("1.5", "h", DURATION, 5_400_000),
        ("12", "min", DURATION, 720_000),
        ("250", "ms", DURATION, 250),
        ("250 ms", "s", DURATION, 250),
        ("2:00", "s", DURATION, 120_000),
        ("-0", "s", DURATION, 0),
        ("7.42", "m", DISTANCE, 7_420),
        ("7.42 m", "", DISTANCE, 7_420),
        ("42.195km", "", DISTANCE, 42_195_000),
        ("1.5", "cm", DISTANCE, 15),
        ("12", "", points(0), 12),
        ("12.5", "", points(2), 1_250),
        ("-3.25", "", points(2), -325),
        ("-0.05", "", points(2), -5),
        ("007", "", COUNT, 7),
        (7, "", COUNT, 7),
        (1_250, "", points(2), 1_250),
        (7_777_000, "", DURATION, 7_777_000),
        (7_777, "s", DURATION, 7_777_000),
        (LARGEST_VALUE, "", COUNT, LARGEST_VALUE),
    ],
)
def test_reads_what_people_write(text: str | int, unit: str, rules: Rules, expected: int) -> None:
    assert parse_value(text, rules, unit=unit) == expected


@pytest.mark.parametrize(
    ("text", "unit", "rules", "reason"),
    [
        ("", "", COUNT, "empty"),
        ("  ", "", COUNT, "empty"),
        ("abc", "", COUNT, "not a number"),
        ("NaN", "", points(1), "not a finite number"),
        ("-inf", "", points(1), "not a finite number"),
        ("Infinity", "s", DURATION, "not a finite number"),
        ("1e5", "", COUNT, "exponents"),
        ("12,5", "", points(1), "point, not after a comma"),
        ("12,5", "s", DURATION, "point, not after a comma"),
        ("=1+1", "", COUNT, "formula"),
        ("+5", "", COUNT, "formula"),
        ("@SUM(A1)", "", COUNT, "formula"),
        ("-A1", "", points(0), "formula"),
        ("=A1:B2", "", DURATION, "formula"),
        ("\u0661\u0662", "", COUNT, "ASCII"),
        ("1\u00a0000", "", COUNT, "ASCII"),
        ("1\u0660:00", "", DURATION, "ASCII"),
        ("1 000", "", COUNT, "not a number"),
        ("1_000", "", COUNT, "not a number"),
        (".5", "", points(1), "not a number"),
        ("12\n", "", COUNT, "not a number"),
        ("9" * 41, "", COUNT, "40 characters"),
        ("10000000000001", "", COUNT, "too large"),
        ("-10000000000001", "", points(0), "too large"),
        ("3000000:00:00", "", DURATION, "too large"),
        (10**30, "", points(0), "too large"),
        ("-1", "", COUNT, "never negative"),
        (-1, "", COUNT, "never negative"),
        ("-1", "s", DURATION, "never negative"),
        ("-1:00", "", DURATION, "never negative"),
        ("-1", "m", DISTANCE, "never negative"),
        ("12", "", DURATION, "needs its unit"),
        ("12", "", DISTANCE, "needs its unit"),
        ("12", "kg", DISTANCE, "'kg' is no unit of distance"),
        ("12 s", "", DISTANCE, "'s' is no unit of distance"),
        ("12 pts", "", points(0), "'pts' is no unit of points"),
        ("12", "s", COUNT, "'s' is no unit of count"),
        ("0.0005", "s", DURATION, "1 ms"),
        ("1." + "0" * 35 + "1", "s", DURATION, "1 ms"),
        ("1:00.0005", "", DURATION, "1 ms"),
        ("0.5", "mm", DISTANCE, "1 mm"),
        ("1.25", "", points(1), "at most 1 decimal"),
        ("1.5", "", points(0), "no decimal places"),
        ("1.0", "", COUNT, "no decimal places"),
        ("1:60", "", DURATION, "00 to 59"),
        ("1:60:00", "", DURATION, "00 to 59"),
        ("1:5", "", DURATION, "H:MM:SS"),
        ("1:2:03", "", DURATION, "00 to 59"),
        ("1:02:03:04", "", DURATION, "H:MM:SS"),
        ("1:02:03 ", "", COUNT, "not a number"),
        (True, "", COUNT, "text or a whole number"),
        (1.5, "", points(1), "text or a whole number"),
        (None, "", COUNT, "text or a whole number"),
    ],
)
def test_says_why_it_refuses(text: Any, unit: str, rules: Rules, reason: str) -> None:
    with pytest.raises(InvalidInput, match=reason):
        parse_value(text, rules, unit=unit)


@pytest.mark.parametrize(
    ("value", "rules", "expected"),
    [
        (7_777_000, DURATION, "2:09:37"),
        (7_777_042, DURATION, "2:09:37.042"),
        (577_000, DURATION, "09:37"),
        (0, DURATION, "00:00"),
        (-61_500, DURATION, "-01:01.500"),
        (7_420, DISTANCE, "7.42 m"),
        (7_000, DISTANCE, "7 m"),
        (7_001, DISTANCE, "7.001 m"),
        (100_000, DISTANCE, "100 m"),
        (1_250, points(2), "12.50"),
        (-5, points(2), "-0.05"),
        (12, points(0), "12"),
        (12, COUNT, "12"),
    ],
)
def test_writes_for_people(value: int, rules: Rules, expected: str) -> None:
    assert format_value(value, rules) == expected


RULES = st.one_of(st.sampled_from([DURATION, DISTANCE, COUNT]), st.integers(0, 6).map(points))


@given(RULES, st.integers(-LARGEST_VALUE, LARGEST_VALUE))
def test_what_is_written_is_read_back(rules: Rules, value: int) -> None:
    if rules.metric is not Metric.POINTS:
        value = abs(value)
    assert parse_value(format_value(value, rules), rules) == value


@given(RULES, st.text(st.sampled_from("0123456789:.,-+=@eE \tsmhNaInf\u0661")), st.data())
def test_any_text_is_a_value_in_range_or_a_refusal(rules: Rules, text: str, data: st.DataObject) -> None:
    unit = data.draw(st.sampled_from(["", *UNITS[rules.metric]]))
    try:
        value = parse_value(text, rules, unit=unit)
    except InvalidInput:
        return
    assert -LARGEST_VALUE <= value <= LARGEST_VALUE
    assert value >= 0 or rules.metric is Metric.POINTS
