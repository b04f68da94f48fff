"""What stands in the pages of standings: which columns the lines of a board become, and how they are read back.

The pages themselves are those of rankings (apps.events.page_format). A line is its participant, rank, total, flags and
what broke its tie, then for each event two columns: the points, and the place with the flags of the cell.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from apps.events.columns import Ints
from apps.events.page_format import PAGE_ROWS, Coding, decode_page, encode_pages
from apps.rankings.cells import NO_CELL
from apps.rankings.result import Board, LineState
from apps.rankings.tie_breaks import BrokenBy

# The format counts a page's columns by one byte.
MOST_EVENTS = 120

# Encoded at once: whole pages, few enough that all that is computed for them stays small.
_PART_ROWS = 16 * PAGE_ROWS
_LINE_CODINGS = (Coding.OFFSET, Coding.DELTA, Coding.DELTA, Coding.OFFSET, Coding.OFFSET)
_CELL_CODINGS = (Coding.OFFSET, Coding.OFFSET)
_LOOKUP_CODINGS = (Coding.DELTA, Coding.OFFSET)

# The flags of a line: two bits for its state, one for a shared rank, two for what broke its tie.
_TIED, _BY_SHIFT = 4, 3
# Those of a cell: three bits for its code, one for whether it counts; the place above them.
_CODE, _COUNTED, _PLACE_SHIFT = 7, 8, 4
_STATES, _BREAKERS = list(LineState), list(BrokenBy)


class Cell(NamedTuple):
    """What a participant got in one event."""

    points: int  # hundredths
    place: int | None  # the rank that gave the points
    code: int  # see apps.rankings.cells
    counted: bool


class Line(NamedTuple):
    """One line of a board."""

    participant_id: int
    rank: int | None
    position: int  # 1 is the top line
    tied: bool
    state: LineState
    total: int  # hundredths, adjustments included
    broken_by: BrokenBy  # what sets it apart from a neighbour with the same total
    broken_at: int  # the place that decided (countback), or the index of the event (latest common)
    cells: tuple[Cell | None, ...]  # one for each event


def encode_lines(board: Board) -> list[bytes]:
    """The pages of a board."""
    parts = range(0, len(board.participants), _PART_ROWS)
    return [page for start in parts for page in encode_pages(_columns(board, slice(start, start + _PART_ROWS)))]


def _columns(board: Board, part: slice) -> list[tuple[Ints, Coding]]:
    flags = board.state[part] | board.tied[part] * np.uint8(_TIED) | board.broken_by[part] << np.uint8(_BY_SHIFT)
    line: list[NDArray[Any]] = [
        board.participants[part],
        board.rank[part],
        board.total[part],
        flags,
        board.broken_at[part],
    ]
    places = board.cells.place[part].astype(np.int64) << _PLACE_SHIFT
    cells = places | board.cells.code[part] | board.counted[part] * np.int64(_COUNTED)
    columns = [(column.astype(np.int64), coding) for column, coding in zip(line, _LINE_CODINGS, strict=True)]
    for points, cell in zip(board.cells.points[part].T, cells.T, strict=True):
        columns += zip((points, cell), _CELL_CODINGS, strict=True)
    return columns


def decode_lines(content: bytes | memoryview, first: int, events: int, selection: slice | list[int]) -> list[Line]:
    """The selected lines of a page, whose own first line is at index `first` of its board. Raises CorruptPage."""
    columns = decode_page(content, (*_LINE_CODINGS, *_CELL_CODINGS * events))
    positions = np.arange(first + 1, first + 1 + len(columns[0]))
    selected = [column[selection].tolist() for column in (positions, *columns)]
    return [
        # By position and not by name: quicker, and pages are read for every visitor.
        Line(
            participant,
            rank or None,
            position,
            bool(flags & _TIED),
            _STATES[flags & 3],
            total,
            _BREAKERS[flags >> _BY_SHIFT],
            at,
            tuple(map(_cell, cells[::2], cells[1::2])),
        )
        for position, participant, rank, total, flags, at, *cells in zip(*selected, strict=True)
    ]


def _cell(points: int, cell: int) -> Cell | None:
    code = cell & _CODE
    return None if code == NO_CELL else Cell(points, cell >> _PLACE_SHIFT or None, code, bool(cell & _COUNTED))


def decode_places(content: bytes | memoryview, events: int) -> tuple[Ints, Ints, Ints]:
    """The columns of participants, ranks and totals of a page alone. Raises CorruptPage."""
    participants, ranks, totals, *_rest = decode_page(content, (*_LINE_CODINGS, *_CELL_CODINGS * events))
    return participants, ranks, totals


def encode_lookup(board: Board) -> Iterator[tuple[int, bytes]]:
    """The pages that lead from a participant to the index of their line, each with its first participant."""
    by_id = np.argsort(board.participants)
    ids = board.participants[by_id]
    pages = encode_pages([(ids, Coding.DELTA), (by_id, Coding.OFFSET)])
    yield from zip(ids[::PAGE_ROWS].tolist(), pages, strict=True)


def decode_lookup(content: bytes | memoryview, participants: Ints) -> list[int]:
    """The index of each of these participants' lines, as far as this page knows them. Raises CorruptPage."""
    ids, indexes = decode_page(content, _LOOKUP_CODINGS)
    found: list[int] = indexes[np.isin(ids, participants)].tolist()
    return found
