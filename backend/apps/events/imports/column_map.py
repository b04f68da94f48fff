"""Which column of a file is read as what."""

import csv
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from apps.errors import InvalidInput
from apps.events.imports.text import check_cell, printable, shorten
from apps.events.rules import DIMENSION_PATTERN, Rules

TARGETS = (
    "bib",
    "score",
    "component",
    "attempt",
    "outcome",
    "achieved_at",
    "name",
    "division",
    "status",
    "participant",
)
DIVISION = "division:"

# Target -> column. A division's target is "division:" and its dimension. Empty: the columns named like the targets.
ColumnMap = Mapping[str, str]

_LONGEST_LIST = 500


@dataclass(frozen=True, slots=True)
class Layout:
    """Where a file has what."""

    names: Sequence[str]  # of all columns
    places: Mapping[str, int]  # target -> index of its column


def parse_column_map(text: str) -> dict[str, str]:
    """`TARGET=COLUMN,...` as target -> column, without looking at any file. Raises InvalidInput with place "map".

    `division=COLUMN` names the dimension like the column, `division:DIMENSION=COLUMN` gives it another name. A pair
    that holds a comma is quoted as in CSV.
    """
    if not text.strip():
        return {}
    columns: dict[str, str] = {}
    for pair in _pairs(text):
        target, equals, column = (part.strip() for part in pair.partition("="))
        if not (target and equals and column):
            raise _bad_map(f"{pair!r} is not TARGET=COLUMN")
        target = _known_target(target, column)
        if target in columns:
            raise _bad_map(f"{target} is named twice")
        columns[target] = column
    _require_enough(columns)
    return columns


def _pairs(text: str) -> list[str]:
    try:
        check_cell(text)
        return next(csv.reader([text], strict=True, skipinitialspace=True))
    except InvalidInput as refusal:
        raise _bad_map(refusal.reason) from None
    except csv.Error:
        raise _bad_map("it is one line, and a quote that opens a pair closes it") from None


def check_dimensions(targets: Iterable[str], rules: Rules) -> None:
    """Refuse a dimension that the rules do not have: every row would be wrong. Raises InvalidInput."""
    for target in targets:
        dimension = target.removeprefix(DIVISION)
        if target.startswith(DIVISION) and rules.divisions is not None and dimension not in rules.divisions:
            known = ", ".join(rules.divisions) or "none"
            raise _bad_map(f"the rules have no dimension {dimension!r} of divisions (they have: {known})")


def find_columns(columns: ColumnMap, header: Sequence[str], *, line: int) -> Layout:
    """The places of the mapped columns in a header. Raises InvalidInput for one that is missing or doubled."""
    columns = columns or _by_name(header)
    counts = Counter(header)
    listed = shorten(", ".join(printable(name) or "(no name)" for name in header), _LONGEST_LIST)
    for column in columns.values():
        if counts[column] != 1:
            how = f"{counts[column]} columns" if counts[column] else "no column"
            reason = f"line {line} has {how} named {printable(column)!r}; its columns are: {listed}"
            raise InvalidInput(reason, place="header")
    return Layout(names=header, places={target: header.index(column) for target, column in columns.items()})


def _by_name(header: Sequence[str]) -> dict[str, str]:
    """The map for a file whose columns are named like the targets. What every file needs is asked for in any case."""
    columns = {
        f"{DIVISION}{target}" if target == "division" else target: target for target in TARGETS if target in header
    }
    columns.setdefault("bib", "bib")
    if "status" not in columns:
        columns.setdefault("score", "score")
    return columns


def _known_target(target: str, column: str) -> str:
    if target == "division":
        target = f"{DIVISION}{column}"
    if target.startswith(DIVISION):
        dimension = target.removeprefix(DIVISION)
        if not re.fullmatch(DIMENSION_PATTERN, dimension):
            raise _bad_map(
                f"{dimension!r} cannot name a dimension (a letter, then up to 31 letters, digits, - and _); "
                f"give it a name: division:NAME={column}"
            )
    elif target not in TARGETS:
        raise _bad_map(f"there is no {target!r}; there are {', '.join(TARGETS)}")
    return target


def _require_enough(columns: ColumnMap) -> None:
    if "bib" not in columns:
        raise _bad_map("a column for bib is needed")
    if "score" not in columns and "status" not in columns:
        raise _bad_map("a column for score or status is needed")


def _bad_map(reason: str) -> InvalidInput:
    return InvalidInput(reason, place="map")
