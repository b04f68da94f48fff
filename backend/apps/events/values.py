"""Scores between text and integers in the smallest unit. Integer arithmetic only: nothing here is a float."""

import re

from apps.errors import InvalidInput
from apps.events.measures import Measure, Metric

LARGEST_VALUE = 10**13  # in the smallest unit, either way

# Unit -> how many of the smallest unit it is.
UNITS: dict[Metric, dict[str, int]] = {
    Metric.DURATION: {"ms": 1, "s": 1_000, "min": 60_000, "h": 3_600_000},
    Metric.DISTANCE: {"mm": 1, "cm": 10, "m": 1_000, "km": 1_000_000},
    Metric.POINTS: {},
    Metric.COUNT: {},
    Metric.PENALTY_CONTEST: {},  # problems solved; what is recorded of a submission is a duration
}

# [0-9] and not \d, which takes the digits of every script.
_NUMBER = re.compile(r"(-?[0-9]+(?:\.[0-9]+)?)(?: ?([a-z]+))?\Z")
_CLOCK = re.compile(r"(-)?(?:([0-9]+):)?([0-9]+):([0-9]{2})(?:\.([0-9]+))?\Z")
_MAX_LENGTH = 40


def parse_value(value: str | int, measure: Measure, *, unit: str = "") -> int:
    """A score in the metric's smallest unit, from text as people write it or from an integer.

    `unit` is that of plain durations and distances whose text names none: ms, s, min, h; mm, cm, m, km. An integer
    without a unit is in the smallest unit already (points: 10^-scale). Raises InvalidInput with the reason.
    """
    _check_unit(unit, measure, place="unit")
    if isinstance(value, int) and not isinstance(value, bool):
        return _checked(value * UNITS[measure.metric].get(unit, 1), measure)
    if not isinstance(value, str):
        raise InvalidInput("a score is text or a whole number")
    text = _clean(value)
    is_clock = ":" in text and measure.metric is Metric.DURATION
    return _checked(_parse_clock(text) if is_clock else _parse_number(text, measure, unit), measure)


def _check_unit(unit: str, measure: Measure, *, place: str = "") -> None:
    known = UNITS[measure.metric]
    if unit and unit not in known:
        has = f"use {', '.join(known)}" if known else "it has none"
        raise InvalidInput(f"{unit!r} is no unit of {measure.metric}; {has}", place=place)


def _checked(value: int, measure: Measure) -> int:
    if value < 0 and measure.metric is not Metric.POINTS:
        raise InvalidInput(f"a {measure.metric} is never negative")
    if abs(value) > LARGEST_VALUE:
        raise InvalidInput("the value is too large")
    return value


def _clean(text: str) -> str:
    text = text.strip(" \t")
    if not text:
        raise InvalidInput("the score is empty")
    if len(text) > _MAX_LENGTH:
        raise InvalidInput(f"a score has at most {_MAX_LENGTH} characters")
    return text


def _parse_clock(text: str) -> int:
    """H:MM:SS, H:MM:SS.fff, MM:SS or MM:SS.fff in milliseconds."""
    found = _CLOCK.match(text)
    if not found:
        raise InvalidInput(_better_reason(text) or "write a duration as H:MM:SS.fff, H:MM:SS, MM:SS.fff or MM:SS")
    sign, hours, minutes, seconds, fraction = found.groups(default="")
    if int(seconds) > 59:
        raise InvalidInput("seconds go from 00 to 59")
    if hours and (len(minutes) != 2 or int(minutes) > 59):
        raise InvalidInput("after hours, minutes go from 00 to 59")
    if fraction[3:].strip("0"):
        raise InvalidInput("finer than the smallest unit, 1 ms")
    total = (int(hours or 0) * 3600 + int(minutes) * 60 + int(seconds)) * 1000 + int(fraction[:3].ljust(3, "0"))
    return -total if sign and total else total


def _parse_number(text: str, measure: Measure, unit: str) -> int:
    found = _NUMBER.match(text)
    if not found:
        raise InvalidInput(_better_reason(text) or "this is not a number")
    number, own_unit = found.groups(default="")
    _check_unit(own_unit, measure)
    if measure.metric in (Metric.POINTS, Metric.COUNT):
        return _parse_fixed(number, measure)
    whole, _point, fraction = number.partition(".")
    exact, rest = divmod(int(whole + fraction) * _unit_size(own_unit or unit, measure), int(10 ** len(fraction)))
    if rest:
        raise InvalidInput(f"finer than the smallest unit, 1 {next(iter(UNITS[measure.metric]))}")
    return exact


def _parse_fixed(number: str, measure: Measure) -> int:
    """Points or a count; a count has scale 0."""
    whole, _point, fraction = number.partition(".")
    if len(fraction) > measure.scale:
        most = f"at most {measure.scale} decimal places here" if measure.scale else "no decimal places here"
        raise InvalidInput(f"a score has {most}")
    return int(whole + fraction.ljust(measure.scale, "0"))


def _unit_size(unit: str, measure: Measure) -> int:
    units = UNITS[measure.metric]
    if not unit:
        clock = ", or write H:MM:SS" if measure.metric is Metric.DURATION else ""
        raise InvalidInput(f"a plain number needs its unit, one of {', '.join(units)}{clock}")
    return units[unit]


def _better_reason(text: str) -> str:
    """Why text is no number, where that can be said better than so; otherwise empty."""
    if text.lower().lstrip("-") in ("nan", "inf", "infinity"):
        return "this is not a finite number"
    if text[0] in "=+@" or re.match(r"-[^0-9.]", text):
        return "this looks like a spreadsheet formula, not like a score"
    if not text.isascii():
        return "only ASCII is read, with the digits 0 to 9"
    if re.match(r"-?[0-9]+,[0-9]+\Z", text):
        return "decimals go after a point, not after a comma"
    if re.match(r"-?[0-9]+(\.[0-9]+)?[eE][+-]?[0-9]+\Z", text):
        return "exponents are not read"
    return ""


def format_value(value: int, measure: Measure) -> str:
    """A score in the smallest unit as people read it; parse_value reads it back."""
    if measure.metric is Metric.DURATION:
        return _format_duration(value)
    if measure.metric is Metric.DISTANCE:
        return f"{_fixed(value, 3).rstrip('0').rstrip('.')} m"
    return _fixed(value, measure.scale)


def _format_duration(value: int) -> str:
    sign = "-" if value < 0 else ""  # an adjustment can take a result below zero
    seconds, milliseconds = divmod(abs(value), 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    clock = f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes:02}:{seconds:02}"
    return f"{sign}{clock}.{milliseconds:03}" if milliseconds else f"{sign}{clock}"


def _fixed(value: int, places: int) -> str:
    if not places:
        return str(value)
    whole, fraction = divmod(abs(value), 10**places)
    return f"{'-' if value < 0 else ''}{whole}.{fraction:0{places}}"
