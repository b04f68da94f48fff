"""The columns that standings are computed from: one array per field, one element per result."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from apps.events.columns import Codes, Flags, Ints
from apps.rankings.rules import SeasonRules


@dataclass(frozen=True, slots=True)
class ResultColumns:
    """The results of one event that count in a season: of whoever competed, in any order."""

    participants: Ints  # ids, each once
    rank: Ints  # from 1; 0 for whoever has none
    status: Codes  # Entry.Status
    recorded: Ints  # 10^-scale points; 0 where nothing is recorded
    scale: int

    def where(self, wanted: Flags | Ints, rank: Ints) -> "ResultColumns":
        """Some of these results, with other ranks."""
        return ResultColumns(
            participants=self.participants[wanted],
            rank=rank,
            status=self.status[wanted],
            recorded=self.recorded[wanted],
            scale=self.scale,
        )


@dataclass(frozen=True, slots=True)
class DivisionColumns:
    """In which division of one dimension each result is, and the rank there. Aligned with the event's results."""

    labels: Sequence[str]
    code: Ints  # index in `labels`; -1 for none
    rank: Ints  # 0 for whoever has none


@dataclass(frozen=True, slots=True)
class EventResults:
    """An event as a season counts it."""

    event_id: int
    results: ResultColumns
    divisions: Mapping[str, DivisionColumns]  # by dimension
    round: int  # from 0, among all rounds of the season; events of one round are dropped together
    factor: Fraction  # multiplies the points
    breaks_ties: bool  # whether its places decide between equal totals


@dataclass(frozen=True, slots=True)
class SeasonInput:
    """Everything that standings depend on, as of one moment."""

    rules: SeasonRules
    events: Sequence[EventResults]  # those with official results, in the season's order
    adjustments: Mapping[int, int]  # participant -> hundredths of a point, in force
    excluded: frozenset[int]
    names: Mapping[int, str]  # decide the order of the lines within a shared rank, and nothing else


def no_results() -> ResultColumns:
    """Of an event in which nobody competed."""
    empty = np.empty(0, np.int64)
    return ResultColumns(empty, empty, np.empty(0, np.uint8), empty, 0)
