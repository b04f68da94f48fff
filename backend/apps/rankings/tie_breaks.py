"""What decides between equal totals, in turn, and which of them decided where.

Countback: whoever has more first places is better, then more second places, and so on to any depth. All places of the
season are looked at, also those of dropped results. That is the same as to compare the ascending places of both one by
one, a place being better than none.

Latest common: those who are still equal are looked at as one group. The latest event in which all of them took part and
not all of them came to the same place orders them by their places there; those who are equal there are a group of their
own, with which it goes on. Without such an event they share the rank. For two it is what the rule is called after. For
three or more, to compare them by twos would not do: each could be better than another in a circle.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from itertools import pairwise

import numpy as np

from apps.events.columns import Codes, Flags, Indexes, Ints
from apps.rankings.cells import Cells, by_round
from apps.rankings.rules import SeasonRules, TieBreaker

_NO_PLACE = np.iinfo(np.int32).max


class BrokenBy(IntEnum):
    """What decided between a line and its neighbour of the same total."""

    NOTHING = 0
    COUNTBACK = 1
    MOST_EVENTS = 2
    LATEST_COMMON = 3


@dataclass(frozen=True, slots=True)
class Order:
    """The lines of a board from the top. `by` and `at` say what decided between a line and the one before it."""

    lines: Ints  # indexes of the cells' rows
    is_new: Flags  # whether a rank begins here: not equal to the line before
    by: Codes  # BrokenBy; nothing where the totals differ
    at: Indexes  # the place of which the line before has more (countback), or the event's index (latest common)

    def settle(self, positions: Ints, by: BrokenBy, at: Ints | Indexes | int) -> None:
        """Note what sets the lines at these positions apart from those before them."""
        self.is_new[positions], self.by[positions], self.at[positions] = True, by, at


def order_lines(
    cells: Cells, total: Ints, name_order: Ints, *, rounds: Ints, breaks_ties: Flags, rules: SeasonRules
) -> Order:
    """The lines by total and tie-breakers; equals by `name_order`, a number for each line.

    `rounds` and `breaks_ties` are those of the events.
    """
    lines = np.lexsort([name_order, -total])
    order = Order(lines, _changes(total[lines]), np.zeros(len(lines), np.uint8), np.zeros(len(lines), np.int32))
    for breaker in rules.tie_breakers:
        match breaker:
            case TieBreaker.COUNTBACK:
                _by_countback(order, cells.place[:, breaks_ties], rules.countback_depth or _NO_PLACE)
            case TieBreaker.MOST_EVENTS:
                events = (by_round(cells.took_part.astype(np.int64), rounds) > 0).sum(axis=1)
                _by_columns(order, [-events], BrokenBy.MOST_EVENTS)
            case TieBreaker.LATEST_COMMON:
                _by_latest_common(order, cells, breaks_ties)
    return order


def _by_countback(order: Order, places: Indexes, depth: int) -> None:
    counted = np.where((places > 0) & (places <= depth), places, _NO_PLACE)
    _by_columns(order, list(np.sort(counted, axis=1).T), BrokenBy.COUNTBACK)


def _by_columns(order: Order, columns: Sequence[Ints | Indexes], by: BrokenBy) -> None:
    """Orders equals by these columns, ascending, the first one first."""
    group = np.cumsum(order.is_new)
    equal = np.flatnonzero(np.bincount(group, minlength=1)[group] > 1)
    lines, group = order.lines[equal], group[equal]
    order.lines[equal] = lines = lines[np.lexsort([*(column[lines] for column in columns[::-1]), group])]
    for column in columns:
        values = column[lines]
        differs = np.flatnonzero(_changes(values) & ~order.is_new[equal])
        # The line before is the better one, and of places the better one is the lower.
        order.settle(equal[differs], by, values[differs - 1] if by is BrokenBy.COUNTBACK else 0)


def _by_latest_common(order: Order, cells: Cells, breaks_ties: Flags) -> None:
    took_part = cells.took_part & breaks_ties
    places = np.where(cells.place > 0, cells.place, _NO_PLACE)  # not to finish is behind everybody who did
    starts = np.flatnonzero(order.is_new)
    ends = np.append(starts, len(order.lines))[1:]
    waiting = [(start, end) for start, end in zip(starts.tolist(), ends.tolist(), strict=True) if end - start > 1]
    while waiting:
        start, end = waiting.pop()
        lines = order.lines[start:end]
        common, their = took_part[lines].all(axis=0), places[lines]
        deciding = np.flatnonzero(common & (their != their[:1]).any(axis=0))
        if not len(deciding):
            continue
        event = int(deciding[-1])
        by_place = np.argsort(their[:, event], kind="stable")
        order.lines[start:end] = lines[by_place]
        splits = start + np.flatnonzero(_changes(their[by_place, event]))
        order.settle(splits[1:], BrokenBy.LATEST_COMMON, event)
        bounds = [*splits.tolist(), end]
        waiting += [(a, b) for a, b in pairwise(bounds) if b - a > 1]


def _changes(values: Ints | Indexes) -> Flags:
    """Whether each value differs from the one before; the first one does."""
    return np.concatenate((np.ones(min(len(values), 1), np.bool_), values[1:] != values[:-1]))
