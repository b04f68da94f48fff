"""Scores between text and integers in the smallest unit. Decimal arithmetic only: nothing here is a float."""

import re
from decimal import Decimal

from apps.errors import InvalidInput
from apps.events.rules import Metric, Rules

LARGEST_VALUE = 10**13  # in the smallest unit, either way

# Unit -> how many of the smallest unit it is.
UNITS: dict[Metric, dict[str, int]] = {
    Metric.DURATION: {"ms": 1, "s": 1_000, "min": 60_000, "h": 3_600_000},
    Metric.DISTANCE: {"mm": 1, "cm": 10, "m": 1_000, "km": 1_000_000},
    Metric.POINTS: {},
    Metric.COUNT: {},
}
_SMALLEST = {Metric.DURATION: "1 ms", Metric.DISTANCE: "1 mm", Metric.COUNT: "1"}

# [0-9] and not \d, which takes any script's digits.
_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?\Z")
_CLOCK = re.compile(r"(?:([0-9]+):)?([0-9]+):([0-9]{2})(?:\.([0-9]{1,3}))?\Z")
_MAX_LENGTH = 40


def parse_value(value: str | int, rules: Rules, *, unit: str = "") -> int:
    """A score in the metric's smallest unit, from text as people write it or from an integer.

    `unit` is that of plain durations and distances (ms, s, min, h; mm, cm, m, km). Text without a unit is a clock
    time, points or a count; an integer without one is in the smallest unit already (points: 10^-scale).
    Raises InvalidInput with the reason.
    """
    if unit and unit not in UNITS[rules.metric]:
        known = ", ".join(UNITS[rules.metric])
        raise InvalidInput(f"{unit!r} is no unit of {rules.metric}" + (f"; use {known}" if known else ""), place="unit")
    if isinstance(value, int) and not isinstance(value, bool):
        return _checked(value * UNITS[rules.metric].get(unit, 1), rules)
    if not isinstance(value, str):
        raise InvalidInput("a score is text or a whole number")
    text = _clean(value)
    is_clock = ":" in text and rules.metric is Metric.DURATION
    return _checked(_parse_clock(text) if is_clock else _parse_number(text, rules, unit), rules)


def _checked(value: int, rules: Rules) -> int:
    if value < 0 and rules.metric is not Metric.POINTS:
        raise InvalidInput(f"a {rules.metric} is never negative")
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
        raise InvalidInput(_why_not_a_number(text) or "write a duration as H:MM:SS.fff, H:MM:SS, MM:SS.fff or MM:SS")
    hours, minutes, seconds, fraction = found.groups()
    if int(seconds) > 59:
        raise InvalidInput("seconds go from 00 to 59")
    if hours is not None and (len(minutes) != 2 or int(minutes) > 59):
        raise InvalidInput("minutes go from 00 to 59 after hours")
    milliseconds = int((fraction or "0").ljust(3, "0"))
    return ((int(hours or 0) * 60 + int(minutes)) * 60 + int(seconds)) * 1000 + milliseconds


def _parse_number(text: str, rules: Rules, unit: str) -> int:
    if not _NUMBER.match(text):
        raise InvalidInput(_why_not_a_number(text) or "this is not a number")
    exact = Decimal(text) * _factor(rules, unit)
    if exact != int(exact):
        if rules.metric is Metric.POINTS:
            places = f"{rules.scale} decimal places" if rules.scale else "no decimal places"
            raise InvalidInput(f"points of this event have {places}")
        raise InvalidInput(f"finer than the smallest unit, {_SMALLEST[rules.metric]}")
    return int(exact)


def _factor(rules: Rules, unit: str) -> int:
    """How many of the smallest unit a plain number's 1 is."""
    units = UNITS[rules.metric]
    if not units:
        return int(10**rules.scale)
    if not unit:
        how = "write H:MM:SS or " if rules.metric is Metric.DURATION else ""
        raise InvalidInput(f"a plain number needs its unit: {how}name the unit ({', '.join(units)})")
    return units[unit]


def _why_not_a_number(text: str) -> str:
    """The reason that helps most, for text that is no number; empty if there is none better than that."""
    if text[0] in "=+@" or re.match(r"-[^0-9.]", text):
        return "this looks like a spreadsheet formula, not a score"
    if not text.isascii():
        return "only the digits 0 to 9 and ASCII signs are read"
    if re.match(r"-?[0-9]+,[0-9]+\Z", text):
        return "decimals go after a point, not a comma"
    if re.match(r"-?[0-9]+(\.[0-9]+)?[eE][+-]?[0-9]+\Z", text):
        return "exponents are not read"
    if text.lower().strip("-") in ("nan", "inf", "infinity"):
        return "this is not a finite number"
    return ""


def format_value(value: int, rules: Rules) -> str:
    """A score in the smallest unit as people read it; parse_value reads it back (a distance with unit m)."""
    if rules.metric is Metric.DURATION:
        return _format_duration(value)
    if rules.metric is Metric.DISTANCE:
        return f"{_fixed(value, 3).rstrip('0').rstrip('.')} m"
    return _fixed(value, rules.scale)


def _format_duration(value: int) -> str:
    sign = "-" if value < 0 else ""  # an adjustment can take a result below zero
    seconds, milliseconds = divmod(abs(value), 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    clock = f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes:02}:{seconds:02}"
    return f"{sign}{clock}.{milliseconds:03}" if milliseconds else f"{sign}{clock}"


def _fixed(value: int, places: int) -> str:
    sign = "-" if value < 0 else ""
    if not places:
        return str(value)
    whole, fraction = divmod(abs(value), 10**places)
    return f"{sign}{whole}.{fraction:0{places}}"
