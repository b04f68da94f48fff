"""What differs between two revisions of a ranking: who moved, from where to where. No database, no clock."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from operator import attrgetter
from typing import Any, NamedTuple

from apps.events.page_columns import Row

# Details that say something of the others, or of what is to come, and not of the result itself.
_NOT_OF_THE_RESULT = frozenset({"pending", "draw"})

_Result = Callable[[Row], Any]
_DETAILS: _Result = attrgetter("details")


class Kind(StrEnum):
    """What became of an entry; the first that fits."""

    NEW = "new"  # it was not on the board
    GONE = "gone"  # it is not on the board any more
    STATUS = "status"  # it has another status or standing
    IMPROVED = "improved"  # it has a lower number as its rank, or one at all
    WORSENED = "worsened"
    SCORE = "score"  # another result, and the same rank


class Change(NamedTuple):
    """What differs of one entry. A tuple, because a disqualified winner moves everybody."""

    entry_id: int
    kind: Kind
    before: Row | None
    after: Row | None
    by_others: bool  # its own result is the same: it moved because others did


@dataclass(frozen=True, slots=True)
class Lines:
    """The rows of one board of one revision, and what their details are."""

    rows: Iterable[Row]
    details: Sequence[str] = ()


def compare(before: Lines, after: Lines) -> list[Change]:
    """The entries that differ: those whose own result does first, then those that moved because of others.

    Within both as they stand afterwards; who is gone stands behind the others of the first, as they stood before.
    """
    old = {row.entry_id: row for row in before.rows}
    result_of_old, result_of_new = _reader(before, after)
    own: list[Change] = []
    moved: list[Change] = []
    for row in after.rows:
        was = old.pop(row.entry_id, None)
        if was is None:
            own.append(Change(row.entry_id, Kind.NEW, None, row, by_others=False))
            continue
        same_result = was.score == row.score and result_of_old(was) == result_of_new(row)
        kind = _kind(was, row, same_result=same_result)
        if kind is not None:
            by_others = same_result and kind is not Kind.STATUS
            (moved if by_others else own).append(Change(row.entry_id, kind, was, row, by_others))
    gone = (Change(row.entry_id, Kind.GONE, row, None, by_others=False) for row in old.values())
    return [*own, *gone, *moved]


def _reader(before: Lines, after: Lines) -> tuple[_Result, _Result]:
    """How the details of a row, as far as they are part of the result, are compared between the two revisions."""
    names = tuple(before.details)
    if names == tuple(after.details) and not _NOT_OF_THE_RESULT & set(names):
        return _DETAILS, _DETAILS
    return partial(_by_name, names), partial(_by_name, tuple(after.details))


def _kind(was: Row, row: Row, *, same_result: bool) -> Kind | None:
    if (was.status, was.standing) != (row.status, row.standing):
        return Kind.STATUS
    if was.rank != row.rank:
        is_better = row.rank is not None and (was.rank is None or row.rank < was.rank)
        return Kind.IMPROVED if is_better else Kind.WORSENED
    return None if same_result else Kind.SCORE


def _by_name(names: Sequence[str], row: Row) -> dict[str, int | None]:
    return {
        name: value
        for name, value in zip(names, row.details, strict=False)
        if value is not None and name not in _NOT_OF_THE_RESULT
    }
