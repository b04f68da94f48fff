"""What differs between two revisions of a ranking: who moved, from where to where. No database, no clock."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from apps.events.page_columns import Row

# Details that say something of the others, or of what is to come, and not of the result itself.
_NOT_OF_THE_RESULT = frozenset({"pending", "draw"})


class Kind(StrEnum):
    """What became of an entry; the first that fits."""

    NEW = "new"  # it was not on the board
    GONE = "gone"  # it is not on the board any more
    STATUS = "status"  # it has another status or standing
    IMPROVED = "improved"  # it has a lower number as its rank, or one at all
    WORSENED = "worsened"
    SCORE = "score"  # another result, and the same rank


@dataclass(frozen=True, slots=True)
class Change:
    """What differs of one entry."""

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

    Within both as they stand afterwards; who is gone stands behind all others, as they stood before.
    """
    old = {row.entry_id: row for row in before.rows}
    same_details = tuple(before.details) == tuple(after.details)
    changes: list[Change] = []
    for row in after.rows:
        was = old.pop(row.entry_id, None)
        # Most rows of most revisions: everything is equal but, perhaps, the line on which they stand.
        if was is not None and same_details and was._replace(position=row.position) == row:
            continue
        change = _change(was, row, before.details, after.details)
        if change is not None:
            changes.append(change)
    changes += [Change(row.entry_id, Kind.GONE, row, None, by_others=False) for row in old.values()]
    changes.sort(key=lambda change: change.by_others)  # stable
    return changes


def _change(was: Row | None, row: Row, before: Sequence[str], after: Sequence[str]) -> Change | None:
    if was is None:
        return Change(row.entry_id, Kind.NEW, None, row, by_others=False)
    same_result = was.score == row.score and _result(was, before) == _result(row, after)
    kind = _kind(was, row, same_result=same_result)
    if kind is None:
        return None
    return Change(row.entry_id, kind, was, row, by_others=same_result and kind is not Kind.STATUS)


def _kind(was: Row, row: Row, *, same_result: bool) -> Kind | None:
    if (was.status, was.standing) != (row.status, row.standing):
        return Kind.STATUS
    if was.rank != row.rank:
        is_better = row.rank is not None and (was.rank is None or row.rank < was.rank)
        return Kind.IMPROVED if is_better else Kind.WORSENED
    return None if same_result else Kind.SCORE


def _result(row: Row, names: Sequence[str]) -> dict[str, int | None]:
    return {
        name: value
        for name, value in zip(names, row.details, strict=False)
        if value is not None and name not in _NOT_OF_THE_RESULT
    }
