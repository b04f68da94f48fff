"""The results of a season as a table: a row for each participant, a column for each event."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from apps.events.columns import Codes, Flags, Indexes, Ints
from apps.rankings.columns import EventResults, ResultColumns
from apps.rankings.points import result_points
from apps.rankings.rules import PointsScheme

# What became of a participant in an event: NO_CELL if they have no result there, else Entry.Status + 1.
NO_CELL, FINISHED, DNF, DNS, DSQ = range(5)


@dataclass(frozen=True, slots=True)
class Cells:
    """Of each participant (first axis) in each event (second axis)."""

    participants: Ints  # ascending
    points: Ints  # hundredths; 0 without a cell
    place: Indexes  # the rank on this board, from 1; 0 without one
    code: Codes

    @property
    def is_there(self) -> Flags:
        """Whether there is a result at all."""
        there: Flags = self.code != NO_CELL
        return there

    @property
    def took_part(self) -> Flags:
        """Whether the participant started."""
        started: Flags = self.is_there & (self.code != DNS)
        return started

    def of(self, rows: Flags | Ints) -> "Cells":
        """Those of some participants."""
        return Cells(self.participants[rows], self.points[rows], self.place[rows], self.code[rows])


def make_cells(events: Sequence[EventResults], results: Sequence[ResultColumns], scheme: PointsScheme) -> Cells:
    """The table of these results, one for each event. Whoever has no result in any is not in it."""
    everybody = [each.participants for each in results]
    participants = np.unique(np.concatenate(everybody)) if everybody else np.empty(0, np.int64)
    shape = (len(participants), len(events))
    points, place, code = np.zeros(shape, np.int64), np.zeros(shape, np.int32), np.zeros(shape, np.uint8)
    for number, (event, each) in enumerate(zip(events, results, strict=True)):
        rows = np.searchsorted(participants, each.participants)
        points[rows, number] = result_points(each, scheme, event.factor)
        place[rows, number] = each.rank
        code[rows, number] = each.status + 1
    return Cells(participants, points, place, code)


def by_round(table: NDArray[np.int64], rounds: Ints) -> Ints:
    """The columns of each round added up: a column for each round that has events here, in order."""
    used, index = np.unique(rounds, return_inverse=True)
    if len(used) == len(rounds):
        return table
    sums = np.zeros((len(table), len(used)), np.int64)
    for column, round_index in enumerate(index.tolist()):
        sums[:, round_index] += table[:, column]
    return sums
