"""What stands in a ranking's pages: which columns the rows of a board become, and how they are read back.

The pages of a board hold its rows in display order. The lookup's pages hold the entries by id, with their places.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from apps.events.columns import Flags, Ints
from apps.events.models import Entry
from apps.events.page_format import Coding, decode_page
from apps.events.result import Board, RankingResult

_ROW_CODINGS = (Coding.OFFSET, Coding.DELTA, Coding.DELTA, Coding.OFFSET)  # entry, rank, score, flags

# The flags of a row, a byte: three bits, the status and the standing.
_RANKED, _TIED, _SCORED = 1, 2, 4
_STATUS_SHIFT, _STANDING_SHIFT = 3, 5
_STATUSES = [Entry.Status(code) for code in range(4)]
_STANDINGS = [Entry.Standing(code) for code in range(4)]


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a board."""

    entry_id: int
    rank: int | None
    position: int  # 1 is the top line
    tied: bool
    score: int | None  # smallest unit
    status: Entry.Status
    standing: Entry.Standing


def row_columns(result: RankingResult, board: Board) -> list[tuple[Ints, Coding]]:
    """A board's rows as columns for encode_pages."""
    rows = board.rows
    ranked = board.rank > 0
    has_score = result.has_score[rows]
    flags = (
        ranked * np.uint8(_RANKED)
        | board.tied * np.uint8(_TIED)
        | has_score * np.uint8(_SCORED)
        | result.status[rows] << np.uint8(_STATUS_SHIFT)
        | result.standing[rows] << np.uint8(_STANDING_SHIFT)
    )
    columns = (
        result.entry_ids[rows],
        _last_known(board.rank, ranked),
        _last_known(result.score[rows], has_score),
        flags.astype(np.int64),
    )
    return list(zip(columns, _ROW_CODINGS, strict=True))


def _last_known(column: Ints, known: Flags) -> Ints:
    """The column with what is unknown replaced by the last known before it: no leaps, so small steps."""
    latest = np.maximum.accumulate(np.where(known, np.arange(len(column)), 0))
    return column[latest]


def decode_rows(content: bytes | memoryview, first: int, selection: slice | list[int]) -> list[Row]:
    """The selected rows of a page, whose own first row is at index `first` of its board. Raises CorruptPage."""
    columns = decode_page(content, _ROW_CODINGS)
    positions = np.arange(first + 1, first + 1 + len(columns[0]))
    selected = [column[selection].tolist() for column in (positions, *columns)]
    return [
        Row(
            entry_id=entry_id,
            rank=rank if flags & _RANKED else None,
            position=position,
            tied=bool(flags & _TIED),
            score=score if flags & _SCORED else None,
            status=_STATUSES[flags >> _STATUS_SHIFT & 3],
            standing=_STANDINGS[flags >> _STANDING_SHIFT & 3],
        )
        for position, entry_id, rank, score, flags in zip(*selected, strict=True)
    ]


def lookup_columns(result: RankingResult, dimensions: Sequence[str]) -> list[tuple[Ints, Coding]]:
    """For encode_pages, by entry id: the id, the overall index, and per dimension the board's number and the index.

    An entry that has no division in a dimension has board 0 there.
    """
    by_id = np.argsort(result.entry_ids)
    columns = [(result.entry_ids[by_id], Coding.DELTA), (by_id, Coding.OFFSET)]
    for dimension in dimensions:
        board_of, index_on = np.zeros((2, len(by_id)), np.int64)
        for number, board in enumerate(result.boards):
            if board.dimension == dimension:
                board_of[board.rows] = number
                index_on[board.rows] = np.arange(len(board.rows))
        columns += [(board_of[by_id], Coding.OFFSET), (index_on[by_id], Coding.OFFSET)]
    return columns


def decode_lookup(content: bytes | memoryview, dimensions: int, entry_ids: Sequence[int]) -> list[tuple[int, int]]:
    """Board number and index of each place that these entries have, as far as this page knows. Raises CorruptPage."""
    codings = (Coding.DELTA, *(Coding.OFFSET,) * (1 + 2 * dimensions))
    ids, overall, *pairs = decode_page(content, codings)
    wanted = np.flatnonzero(np.isin(ids, entry_ids))
    places = [(0, index) for index in overall[wanted].tolist()]
    for board_of, index_on in zip(pairs[::2], pairs[1::2], strict=True):
        found = zip(board_of[wanted].tolist(), index_on[wanted].tolist(), strict=True)
        places += [(number, index) for number, index in found if number]
    return places
