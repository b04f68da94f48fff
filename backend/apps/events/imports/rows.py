"""What a row of a file says, checked without a look at the event's entries."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache, partial
from typing import TypeVar

from apps.errors import InvalidInput
from apps.events.entries import check_bib, check_divisions
from apps.events.imports.column_map import DIVISION, Layout
from apps.events.imports.lines import BrokenRecord, Record
from apps.events.imports.text import check_cell, check_text, max_length, printable, shorten
from apps.events.models import Entry, ImportRejection, Participant, Score
from apps.events.rules import Rules
from apps.events.scoring import MOST_ATTEMPTS, OUTCOMES, check_component, needs_value, parse_score
from apps.events.values import UNITS

T = TypeVar("T")

LONGEST_NAME = max_length(Participant, "name")
LONGEST_EXTERNAL_ID = max_length(Participant, "external_id")
_STATUSES = {status.label.lower(): status for status in Entry.Status} | {"": Entry.Status.FINISHED}
_FIRST_YEAR, _LAST_YEAR = 1900, 2100


@dataclass(frozen=True, slots=True)
class Row:
    """A row that makes sense. What its file has no column for is None, "" or absent."""

    line: int
    bib: str
    value: int | None  # smallest unit; None: the row tells no score
    component: int  # of Rules.codes
    attempt: int
    outcome: Score.Outcome
    achieved_at: datetime | None
    name: str
    divisions: Mapping[str, str]  # dimension -> division; "": in none
    status: Entry.Status | None
    participant: str  # external id


@dataclass(frozen=True, slots=True)
class Rejection:
    """A row that is not stored, and why. Fit to be shown and stored as it is."""

    line: int
    column: str
    value: str
    reason: str


class _WrongCellError(Exception):
    def __init__(self, place: int | None, value: str, reason: str) -> None:
        super().__init__(reason)
        self.place, self.value, self.reason = place, value, reason


class RowReader:
    """Reads the rows of files with one layout by the rules of one event."""

    def __init__(self, layout: Layout, rules: Rules, *, unit: str) -> None:
        self._layout = layout
        self._rules = rules
        self._unit = unit
        self._dimensions = {
            target.removeprefix(DIVISION): place
            for target, place in layout.places.items()
            if target.startswith(DIVISION)
        }
        if "score" in layout.places and "component" not in layout.places:
            check_component(rules, "")  # every row would be wrong
        # An event has few divisions and many rows.
        self._division = lru_cache(maxsize=10_000)(self._read_division)

    def read(self, record: Record | BrokenRecord) -> Row | Rejection:
        """The row of a record, or what is wrong with it."""
        if isinstance(record, BrokenRecord):
            return make_rejection(record.line, "", record.text, record.reason)
        try:
            self._check_cells(record.cells)
            return self._row(record.line, record.cells)
        except _WrongCellError as wrong:
            column = "" if wrong.place is None else self._layout.names[wrong.place]
            return make_rejection(record.line, column, wrong.value, wrong.reason)

    def reject(self, row: Row, target: str, reason: str) -> Rejection:
        """Reject a row for what the event or the rest of the file says."""
        value = row.participant if target == "participant" else row.bib
        return make_rejection(row.line, self._layout.names[self._layout.places[target]], value, reason)

    def _check_cells(self, cells: list[str]) -> None:
        for place, cell in enumerate(cells):
            if not cell.isprintable():
                known = place if place < len(self._layout.names) else None
                _read(known, cell, check_cell)
        if len(cells) != len(self._layout.names):
            reason = f"{len(cells)} cells where the header names {len(self._layout.names)} columns"
            raise _WrongCellError(None, " | ".join(cells), reason)

    def _row(self, line: int, cells: list[str]) -> Row:
        status = self._cell(cells, "status", _read_status, None)
        component = self._cell(cells, "component", self._read_component, "")
        outcome = self._cell(cells, "outcome", _read_outcome, Score.Outcome.VALID)
        return Row(
            line=line,
            bib=self._cell(cells, "bib", _read_bib, ""),
            value=self._cell(cells, "score", partial(self._read_score, status, outcome, component), None),
            component=self._rules.codes[component],
            outcome=outcome,
            attempt=self._cell(cells, "attempt", _read_attempt, 1),
            achieved_at=self._cell(cells, "achieved_at", _read_achieved_at, None),
            name=self._cell(cells, "name", partial(check_text, longest=LONGEST_NAME), ""),
            divisions={
                dimension: _read(place, cells[place].strip(), partial(self._division, dimension))
                for dimension, place in self._dimensions.items()
            },
            status=status,
            participant=self._cell(cells, "participant", partial(check_text, longest=LONGEST_EXTERNAL_ID), ""),
        )

    def _cell(self, cells: list[str], target: str, read: Callable[[str], T], default: T) -> T:
        place = self._layout.places.get(target)
        return default if place is None else _read(place, cells[place].strip(), read)

    def _read_component(self, text: str) -> str:
        return check_component(self._rules, text) if text else ""

    def _read_score(self, status: Entry.Status | None, outcome: Score.Outcome, component: str, text: str) -> int | None:
        # A row of an entry alone: it has no result, or only its components have scores.
        if not text and (status not in (None, Entry.Status.FINISHED) or (self._rules.components and not component)):
            return None
        check_component(self._rules, component)
        if not text and not needs_value(self._rules, outcome):
            return 0
        # The unit given for the file is that of plain numbers where they have one.
        has_unit = self._unit in UNITS[self._rules.measure_of(component).metric]
        return parse_score(text, self._rules, component, unit=self._unit if has_unit else "")

    def _read_division(self, dimension: str, text: str) -> str:
        if text:
            check_text(text, longest=LONGEST_NAME)
            check_divisions(self._rules, {dimension: text})
        return text


def make_rejection(line: int, column: str, value: str, reason: str) -> Rejection:
    """A rejection whose texts fit the columns of ImportRejection and can be shown anywhere."""
    return Rejection(line, _fit("column", column), _fit("value", value), _fit("reason", reason))


def _fit(field: str, text: str) -> str:
    longest = max_length(ImportRejection, field)
    return shorten(printable(text[: longest + 1]), longest)


def _read(place: int | None, cell: str, read: Callable[[str], T]) -> T:
    try:
        return read(cell)
    except InvalidInput as refusal:
        raise _WrongCellError(place, cell, refusal.reason) from None


def _read_bib(text: str) -> str:
    if not text:
        raise InvalidInput("the bib is missing")
    return check_bib(check_text(text, longest=LONGEST_NAME))


def _read_status(text: str) -> Entry.Status:
    status = _STATUSES.get(text.lower())
    if status is None:
        raise InvalidInput(f"a status is {', '.join(status.label for status in Entry.Status)}, or nothing")
    return status


def _read_outcome(text: str) -> Score.Outcome:
    outcome = OUTCOMES.get(text.lower() or "valid")
    if outcome is None:
        raise InvalidInput(f"an outcome is {', '.join(OUTCOMES)}, or nothing")
    return outcome


def _read_attempt(text: str) -> int:
    if not text:
        return 1
    if not re.fullmatch(r"[0-9]{1,9}", text) or not 1 <= int(text) <= MOST_ATTEMPTS:
        raise InvalidInput(f"attempts count from 1 to {MOST_ATTEMPTS}")
    return int(text)


def _read_achieved_at(text: str) -> datetime | None:
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise InvalidInput("write a moment as 2026-05-31T09:30:00-03:00") from None
    if moment.utcoffset() is None:
        raise InvalidInput("the offset from UTC is missing; write 2026-05-31T09:30:00-03:00")
    if not _FIRST_YEAR <= moment.year <= _LAST_YEAR:
        raise InvalidInput(f"years go from {_FIRST_YEAR} to {_LAST_YEAR}")
    return moment
