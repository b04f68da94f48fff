"""What an entry may look like: its bib and its divisions."""

import re
from collections.abc import Mapping
from typing import Any

from apps.errors import InvalidInput
from apps.events.models import BIB_PATTERN, DivisionSet, Entry, Event
from apps.events.rules import DIMENSION_PATTERN, DIVISION_PATTERN, Rules, parse_rules
from apps.events.values import LARGEST_VALUE

CHANGEABLE = frozenset({"standing", "status", "status_reason", "adjustment", "adjustment_reason", "manual_order"})


def check_bib(bib: str) -> str:
    """The bib, or InvalidInput."""
    if not re.fullmatch(BIB_PATTERN, bib):
        raise InvalidInput("a bib is 1 to 23 printable ASCII characters without spaces", place="bib")
    return bib


def check_divisions(rules: Rules, divisions: Mapping[str, str]) -> dict[str, str]:
    """The divisions in the order of their dimensions' names. Raises InvalidInput for one that the rules do not know."""
    for dimension, division in divisions.items():
        place = f"divisions.{dimension}"
        if rules.divisions is None:
            _check_form(dimension, division, place)
            continue
        if dimension not in rules.divisions:
            known = ", ".join(rules.divisions) or "none"
            raise InvalidInput(f"the rules have no such dimension of divisions (they have: {known})", place=place)
        allowed = rules.divisions[dimension]
        if allowed is not None and division not in allowed:
            raise InvalidInput(f"unknown division {division!r}; the rules have {', '.join(allowed)}", place=place)
        _check_form(dimension, division, place)
    return dict(sorted(divisions.items()))


def _check_form(dimension: str, division: str, place: str) -> None:
    if not re.fullmatch(DIMENSION_PATTERN, dimension):
        raise InvalidInput("a dimension is a letter, then up to 31 letters, digits, - and _", place=place)
    if not re.fullmatch(DIVISION_PATTERN, division):
        raise InvalidInput("a division is 1 to 64 printable characters without spaces around them", place=place)


def find_division_set(event: Event, divisions: Mapping[str, str]) -> DivisionSet:
    """The event's row for this combination of checked divisions, made if it is new."""
    division_set, _ = DivisionSet.objects.get_or_create(event=event, values=dict(divisions))
    return division_set


def apply_entry_changes(event: Event, entry: Entry, changes: Mapping[str, Any]) -> None:
    """Set the given fields of an entry, checked; nothing is saved. Raises InvalidInput naming the field."""
    for field, value in changes.items():
        if field == "divisions":
            entry.division_set = find_division_set(event, check_divisions(parse_rules(event.rules), value))
        elif field in CHANGEABLE:
            setattr(entry, field, value)
        else:
            raise InvalidInput(f"only {', '.join(sorted(CHANGEABLE))} and divisions can change", place=field)
    if abs(entry.adjustment) > LARGEST_VALUE:
        raise InvalidInput(f"an adjustment is at most {LARGEST_VALUE}", place="adjustment")
    if entry.adjustment and not entry.adjustment_reason.strip():
        raise InvalidInput("an adjustment needs a reason", place="adjustment_reason")
    if entry.status == Entry.Status.DSQ and not entry.status_reason.strip():
        raise InvalidInput("a disqualification needs a reason", place="status_reason")
