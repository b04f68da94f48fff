"""What standings are: their boards, and the hash that tells whether two of them say the same."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import numpy as np

from apps.events.columns import Codes, Flags, Indexes, Ints
from apps.rankings.cells import Cells


class LineState(IntEnum):
    """Whether a line has a rank, and if not, why. In the order of a board."""

    RANKED = 0
    TOO_FEW = 1  # ranked in fewer events than the minimum
    EXCLUDED = 2


@dataclass(frozen=True, slots=True)
class Board:
    """The standings of all, or of a division, in display order: one element, or one row, for each line."""

    key: str  # "overall" or dimension and division, as in "sex:M"
    cells: Cells  # not ascending by participant, but in the order of the lines
    counted: Flags  # of each cell
    rank: Indexes  # 0 for whoever has none
    tied: Flags  # shares its rank
    total: Ints  # hundredths, adjustments included
    state: Codes  # LineState
    broken_by: Codes  # BrokenBy: what sets the line apart from one with the same total
    broken_at: Indexes  # see apps.rankings.tie_breaks.Order

    @property
    def participants(self) -> Ints:
        """Their ids."""
        return self.cells.participants


@dataclass(frozen=True, slots=True)
class StandingsResult:
    """Standings: overall first, then by dimension and division."""

    event_ids: Sequence[int]  # in the order of the cells
    boards: Sequence[Board]


def content_hash(result: StandingsResult, shown: Any) -> str:
    """SHA-256 in hexadecimal: equal for standings that say the same.

    `shown` is what is shown beside the lines, as JSON: the rules, and the rulings with their reasons.
    """
    head = {"events": list(result.event_ids), "boards": [board.key for board in result.boards], "shown": shown}
    digest = hashlib.sha256(json.dumps(head, sort_keys=True).encode())
    for board in result.boards:
        columns = (board.participants, board.rank, board.state, board.total, board.broken_by, board.broken_at)
        table = (board.cells.points, board.cells.place, board.cells.code, board.counted)
        for column in (*columns, *table):
            digest.update(repr(column.shape).encode())
            digest.update(np.ascontiguousarray(column, column.dtype.newbyteorder("<")).data)
    return digest.hexdigest()
