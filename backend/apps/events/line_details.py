"""What the details of a ranking's row mean, and the words for them and for tie-breakers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import singledispatch

from apps.events.page_columns import Row
from apps.events.penalty_contest import Cell, unpack_cell
from apps.events.rules import Rules
from apps.events.tie_breaker_rules import (
    ByAchieved,
    ByAttempts,
    ByBestSingle,
    ByCount,
    ByDraw,
    ByLastAccepted,
    ByManualOrder,
    ByMeasure,
    TieBreaker,
)
from apps.events.values import format_value

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class DetailView:
    """A detail of a row. `cell` is what an entry did about a problem of a penalty contest; then there is no value."""

    text: str
    value: int | None = None
    cell: Cell | None = None


@dataclass(frozen=True, slots=True)
class BrokenTie:
    """The tie-breaker that was needed to tell a row from others with an equal result."""

    number: int  # of the rules' tie-breakers, 1 is the first
    by: str  # its kind
    text: str  # in words
    value: str  # what it compared of this row, as people read it; empty if the row has no such thing


def read_details(row: Row, names: Sequence[str], rules: Rules) -> dict[str, DetailView]:
    """The details that a row has, by name; `names` are those of its ranking."""
    return {
        name: view_detail(name, value, rules)
        for name, value in zip(names, row.details, strict=True)
        if value is not None
    }


def view_detail(name: str, value: int, rules: Rules) -> DetailView:
    """One detail, by its name."""
    if rules.is_penalty_contest and name in rules.component_names:
        cell = unpack_cell(value)
        return DetailView(text=cell_text(cell), cell=cell)
    if name in rules.measured_names:
        return DetailView(format_value(value, rules.measure_of(name)), value)
    if name.startswith("best_single:"):
        return DetailView(format_value(value, rules), value)
    if name == "achieved":
        return DetailView((_EPOCH + timedelta(microseconds=value)).isoformat(), value)
    return DetailView(str(value), value)


def cell_text(cell: Cell) -> str:
    """`2/229`: solved at the second attempt in the 229th unit; `3`: three in vain; `1+2?`: one, and two are pending."""
    judged = f"{cell.attempts}/{cell.time}" if cell.solved else str(cell.attempts or "")
    pending = f"{cell.pending}?" if cell.pending else ""
    return "+".join(filter(None, (judged, pending)))


def read_broken_tie(row: Row, details: Mapping[str, DetailView], rules: Rules) -> BrokenTie | None:
    """By what the row's tie was broken; None if it needed nothing."""
    if row.broken_by is None:
        return None
    breaker = rules.tie_breakers[row.broken_by - 1]
    detail = details.get(breaker.detail)
    return BrokenTie(row.broken_by, breaker.by, describe_breaker(breaker, rules), detail.text if detail else "")


@singledispatch
def describe_breaker(breaker: TieBreaker, rules: Rules) -> str:
    """A tie-breaker in words."""
    raise TypeError(f"no words for {breaker!r}")


@describe_breaker.register
def _measure(breaker: ByMeasure, rules: Rules) -> str:
    better = "higher" if rules.secondary.get(breaker.name, rules).direction == "high" else "lower"
    return f"the {better} {breaker.name}"


@describe_breaker.register
def _achieved(breaker: ByAchieved, _rules: Rules) -> str:
    return f"the {'earlier' if breaker.wins == 'earliest' else 'later'} moment of the result"


@describe_breaker.register
def _attempts(breaker: ByAttempts, _rules: Rules) -> str:
    return f"{'fewer' if breaker.wins == 'fewest' else 'more'} attempts"


@describe_breaker.register
def _best_single(breaker: ByBestSingle, _rules: Rules) -> str:
    return "the better best attempt" if breaker.nth == 1 else f"the better attempt number {breaker.nth} by quality"


@describe_breaker.register
def _count(breaker: ByCount, rules: Rules) -> str:
    return f"more attempts of {format_value(breaker.value, rules)}"


@describe_breaker.register
def _last_accepted(_breaker: ByLastAccepted, _rules: Rules) -> str:
    return "the earlier last accepted solution"


@describe_breaker.register
def _manual(_breaker: ByManualOrder, _rules: Rules) -> str:
    return "the order that the organisers gave"


@describe_breaker.register
def _draw(breaker: ByDraw, _rules: Rules) -> str:
    return f"a draw with the seed {breaker.seed!r}"
