"""What stands in a ranking's pages: which columns the rows of a board become, and how they are read back.

The pages of a board hold its rows in display order. The lookup's pages hold the entries by id, with their places.
"""

from collections.abc import Iterator, Sequence
from itertools import repeat
from typing import NamedTuple

import numpy as np

from apps.events.columns import Flags, Indexes, Ints
from apps.events.models import Entry
from apps.events.page_format import PAGE_ROWS, Coding, decode_page, encode_pages
from apps.events.result import Board, RankingResult

# Encoded at once: whole pages, few enough that all that is computed for them stays small.
_PART_ROWS = 64 * PAGE_ROWS

# entry, rank, score, flags; then the tie-breaker, which details are known (a bit each), and the details
_FIRST_CODINGS = (Coding.OFFSET, Coding.DELTA, Coding.DELTA, Coding.OFFSET)
_FURTHER_CODINGS = (Coding.OFFSET, Coding.OFFSET)

# The flags of a row, a byte: three bits, the status and the standing.
_RANKED, _TIED, _SCORED = 1, 2, 4
_STATUS_SHIFT, _STANDING_SHIFT = 3, 5
_STATUSES = [Entry.Status(code) for code in range(4)]
_STANDINGS = [Entry.Standing(code) for code in range(4)]


class Row(NamedTuple):
    """One line of a board. A tuple, because an export makes millions of them."""

    entry_id: int
    rank: int | None
    position: int  # 1 is the top line
    tied: bool
    score: int | None  # smallest unit
    status: Entry.Status
    standing: Entry.Standing
    broken_by: int | None  # the tie-breaker (1 is the first of the rules) that was needed to tell it from its like
    details: tuple[int | None, ...]  # one for each of the ranking's detail names


def encode_rows(result: RankingResult, board: Board) -> list[bytes]:
    """The pages of a board."""
    parts = range(0, len(board.rows), _PART_ROWS)
    return [page for start in parts for page in encode_pages(_row_columns(result, board, start, start + _PART_ROWS))]


def _row_columns(result: RankingResult, board: Board, start: int, stop: int) -> list[tuple[Ints, Coding]]:
    rows = board.rows[start:stop]
    rank = board.rank[start:stop].astype(np.int64)
    ranked, has_score = rank > 0, result.has_score[rows]
    flags = (
        ranked * np.uint8(_RANKED)
        | board.tied[start:stop] * np.uint8(_TIED)
        | has_score * np.uint8(_SCORED)
        | result.status[rows] << np.uint8(_STATUS_SHIFT)
        | result.standing[rows] << np.uint8(_STANDING_SHIFT)
    )
    columns = (
        result.entry_ids[rows],
        _last_known(rank, ranked),
        _last_known(result.score[rows], has_score),
        flags.astype(np.int64),
        board.broken_by[start:stop].astype(np.int64),
        _known_bits(result, rows),
        *(_last_known(detail.values[rows], detail.known[rows]) for detail in result.details),
    )
    return list(zip(columns, _codings(len(result.details)), strict=True))


def _codings(details: int | None) -> tuple[Coding, ...]:
    """None: the page was written before there were details."""
    return _FIRST_CODINGS if details is None else (*_FIRST_CODINGS, *_FURTHER_CODINGS, *(Coding.OFFSET,) * details)


def _known_bits(result: RankingResult, rows: Indexes) -> Ints:
    bits = np.zeros(len(rows), np.int64)
    for number, detail in enumerate(result.details):
        bits |= detail.known[rows].astype(np.int64) << number
    return bits


def _last_known(column: Ints, known: Flags) -> Ints:
    """The column with what is unknown replaced by the last known before it: no leaps, so small steps."""
    latest = np.maximum.accumulate(np.where(known, np.arange(len(column)), 0))
    return column[latest]


def decode_rows(
    content: bytes | memoryview, first: int, selection: slice | list[int], details: int | None
) -> list[Row]:
    """The selected rows of a page, whose own first row is at index `first` of its board, with so many details.

    `details` is None for a ranking from before there were any. Raises CorruptPage.
    """
    columns = decode_page(content, _codings(details))
    if details is None:
        columns += [np.zeros_like(columns[0])] * len(_FURTHER_CODINGS)
    positions = np.arange(first + 1, first + 1 + len(columns[0]))
    selected = [column[selection].tolist() for column in (positions, *columns[:5])]
    known, *further = [column[selection].tolist() for column in columns[5:]]
    return [
        # By position and not by name: a tenth of the time that a page takes to read.
        Row(
            entry_id,
            rank if flags & _RANKED else None,
            position,
            bool(flags & _TIED),
            score if flags & _SCORED else None,
            _STATUSES[flags >> _STATUS_SHIFT & 3],
            _STANDINGS[flags >> _STANDING_SHIFT & 3],
            broken_by or None,
            told,
        )
        for (position, entry_id, rank, score, flags, broken_by), told in zip(
            zip(*selected, strict=True), _told(known, further), strict=True
        )
    ]


def _told(known: list[int], columns: list[list[int]]) -> Iterator[tuple[int | None, ...]]:
    """The details of each row."""
    if not columns:
        return repeat((), len(known))
    return (
        tuple(value if bits >> number & 1 else None for number, value in enumerate(values))
        for bits, values in zip(known, zip(*columns, strict=True), strict=True)
    )


def encode_lookup(result: RankingResult, dimensions: Sequence[str]) -> Iterator[tuple[int, bytes]]:
    """The pages of the lookup, each with its first entry id.

    Its columns are the entry's id, its index overall, and per dimension the number of its board and its index there.
    An entry without a division in a dimension has board 0 there.
    """
    by_id = np.argsort(result.entry_ids)
    places = [_places_in(result, dimension) for dimension in dimensions]
    for start in range(0, len(by_id), _PART_ROWS):
        part = by_id[start : start + _PART_ROWS]
        ids = result.entry_ids[part]
        others = [(column[part].astype(np.int64), Coding.OFFSET) for pair in places for column in pair]
        pages = encode_pages([(ids, Coding.DELTA), (part, Coding.OFFSET), *others])
        yield from zip(ids[::PAGE_ROWS].tolist(), pages, strict=True)


def _places_in(result: RankingResult, dimension: str) -> tuple[Indexes, Indexes]:
    """Of each overall row the number of its board in this dimension, and its index on that board."""
    board_of, index_on = np.zeros((2, len(result.entry_ids)), np.int32)
    for number, board in enumerate(result.boards):
        if board.dimension == dimension:
            board_of[board.rows] = number
            index_on[board.rows] = np.arange(len(board.rows))
    return board_of, index_on


def decode_lookup(content: bytes | memoryview, dimensions: int, entry_ids: Ints) -> list[tuple[int, int]]:
    """Board number and index of each place that these entries have, as far as this page knows. Raises CorruptPage."""
    codings = (Coding.DELTA, *(Coding.OFFSET,) * (1 + 2 * dimensions))
    ids, overall, *pairs = decode_page(content, codings)
    near = np.minimum(np.searchsorted(ids, entry_ids), len(ids) - 1)
    wanted = near[ids[near] == entry_ids]
    places = [(0, index) for index in overall[wanted].tolist()]
    for board_of, index_on in zip(pairs[::2], pairs[1::2], strict=True):
        found = zip(board_of[wanted].tolist(), index_on[wanted].tolist(), strict=True)
        places += [(number, index) for number, index in found if number]
    return places
