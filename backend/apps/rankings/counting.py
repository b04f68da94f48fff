"""Which results of a participant count: all, the best ones, the best of each part, or all but the worst."""

from collections.abc import Iterator

import numpy as np

from apps.events.columns import Flags, Ints
from apps.rankings.cells import Cells, by_round
from apps.rankings.rules import SeasonRules


def counted_cells(cells: Cells, rounds: Ints, rules: SeasonRules) -> Flags:
    """Of each cell whether it counts. `rounds` are those of the events, ascending.

    What is chosen are rounds, by the sum of their points: events of one round count or are dropped together. Of equal
    rounds the earlier one counts.
    """
    used, index = np.unique(rounds, return_inverse=True)
    points = by_round(cells.points, rounds)
    is_there = by_round(cells.is_there.astype(np.int64), rounds) > 0
    counted = np.zeros(points.shape, np.bool_)
    for part, best in _parts(used, rules):
        counted[:, part] = _best(points[:, part], is_there[:, part], best)
    return counted[:, index] & cells.is_there


def _parts(rounds: Ints, rules: SeasonRules) -> Iterator[tuple[slice, int]]:
    """Which of the rounds with results belong together, and how many of them count."""
    if rules.splits is None:
        worst = len(rounds) if rules.drop_worst is None else max(len(rounds) - rules.drop_worst, 1)
        yield slice(0, len(rounds)), worst if rules.best is None else rules.best
        return
    start = 0
    for split in rules.splits:
        end = int(rounds[-1]) + 1 if split.events is None and len(rounds) else start + (split.events or 0)
        yield slice(*np.searchsorted(rounds, [start, max(start, end)]).tolist()), split.best
        start = end


def _best(points: Ints, is_there: Flags, best: int) -> Flags:
    """The `best` highest of each row, the earlier of equals, without those that are not there."""
    if points.shape[1] <= best:
        return is_there
    # Whatever is there stands before what is not: no points can be lower.
    keys = np.where(is_there, -points, np.iinfo(np.int64).max)
    chosen = np.zeros(points.shape, np.bool_)
    np.put_along_axis(chosen, np.argsort(keys, axis=1, kind="stable")[:, :best], values=True, axis=1)
    return chosen & is_there
