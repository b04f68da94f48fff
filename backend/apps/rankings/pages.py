"""Stores standings as pages and reads lines back from them: what other modules use of their storage."""

from bisect import bisect_right
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from apps.events.columns import Ints
from apps.events.page_format import PAGE_ROWS
from apps.rankings.models import Standings, StandingsPage
from apps.rankings.page_columns import (
    Line,
    decode_lines,
    decode_lookup,
    decode_places,
    encode_lines,
    encode_lookup,
)
from apps.rankings.result import StandingsResult

_INSERT_PAGES = 100


@dataclass(frozen=True, slots=True)
class EncodedStandings:
    """Standings ready to be stored."""

    boards: list[Any]  # goes into Standings.boards
    pages: Sequence[tuple[int, int, bytes]]  # board, first, content of each StandingsPage


@dataclass(frozen=True, slots=True)
class PlaceColumns:
    """Who stands where on a board, one element a line."""

    participants: Ints
    ranks: Ints  # 0 without one
    totals: Ints  # hundredths


def encode(result: StandingsResult) -> EncodedStandings:
    """Everything of a result that is stored. Takes processor time but no database."""
    pages: list[tuple[int, int, bytes]] = []
    for number, board in enumerate(result.boards):
        pages += [(number, index * PAGE_ROWS, content) for index, content in enumerate(encode_lines(board))]
        pages += [(_lookup(number), first, content) for first, content in encode_lookup(board)]
    boards = [[board.key, len(board.participants), int(np.count_nonzero(board.rank))] for board in result.boards]
    return EncodedStandings(boards, pages)


def write(standings_id: int, encoded: EncodedStandings) -> None:
    """Stores the pages of a Standings row, within the caller's transaction."""
    rows = [StandingsPage(standings_id=standings_id, board=b, first=f, content=c) for b, f, c in encoded.pages]
    StandingsPage.objects.bulk_create(rows, batch_size=_INSERT_PAGES)


def board_keys(standings: Standings) -> list[str]:
    """The keys of its boards: overall first, then by dimension and division."""
    return [key for key, _lines, _ranked in standings.boards]


def line_count(standings: Standings, board: str) -> int:
    """How many lines a board has; 0 if there is no such board."""
    return next((lines for key, lines, _ranked in standings.boards if key == board), 0)


def ranked_count(standings: Standings, board: str) -> int:
    """How many lines of a board have a rank."""
    return next((ranked for key, _lines, ranked in standings.boards if key == board), 0)


def lines(standings: Standings, board: str, start: int, stop: int) -> list[Line]:
    """The lines from index `start` (0 is the top line) up to and without `stop`, as far as there are any."""
    return list(_iter_range(standings, board, start, stop))


def iter_lines(standings: Standings, board: str) -> Iterator[Line]:
    """All lines of a board, a page in memory at a time."""
    return _iter_range(standings, board, 0, line_count(standings, board))


def lines_of(standings: Standings, board: str, participants: Collection[int]) -> list[Line]:
    """The lines that these participants have on a board, from the top."""
    if board not in board_keys(standings) or not participants:
        return []
    number, wanted = board_keys(standings).index(board), np.array(sorted(participants), np.int64)
    pages = StandingsPage.objects.filter(standings=standings)
    lookup = pages.filter(board=_lookup(number))
    firsts = list(lookup.order_by("first").values_list("first", flat=True))
    near = {firsts[max(bisect_right(firsts, one) - 1, 0)] for one in wanted.tolist()} if firsts else set()
    contents = lookup.filter(first__in=near).values_list("content", flat=True)
    indexes = sorted(index for content in contents for index in decode_lookup(content, wanted))
    of_page: dict[int, list[int]] = {}
    for index in indexes:
        of_page.setdefault(index - index % PAGE_ROWS, []).append(index % PAGE_ROWS)
    events = len(standings.event_ids)
    found = dict(pages.filter(board=number, first__in=of_page).values_list("first", "content"))
    return [line for first, rows in of_page.items() for line in decode_lines(found[first], first, events, rows)]


def place_columns(standings: Standings, board: str) -> PlaceColumns:
    """Participants, ranks and totals of all lines of a board, from the top; empty if there is no such board."""
    parts = [
        decode_places(content, len(standings.event_ids))
        for _first, content in _contents(standings, board, 0, line_count(standings, board))
    ]
    empty = np.empty(0, np.int64)
    participants, ranks, totals = (
        (np.concatenate([empty, *columns]) for columns in zip(*parts, strict=True)) if parts else (empty,) * 3
    )
    return PlaceColumns(participants, ranks, totals)


def _lookup(number: int) -> int:
    return -1 - number


def _iter_range(standings: Standings, board: str, start: int, stop: int) -> Iterator[Line]:
    start, stop = max(start, 0), min(stop, line_count(standings, board))
    for first, content in _contents(standings, board, start, stop):
        selection = slice(max(start - first, 0), stop - first)
        yield from decode_lines(content, first, len(standings.event_ids), selection)


def _contents(standings: Standings, board: str, start: int, stop: int) -> Iterator[tuple[int, bytes | memoryview]]:
    """The pages with the lines from `start` up to `stop`, in order."""
    if start >= stop:
        return
    number = board_keys(standings).index(board)
    pages = StandingsPage.objects.filter(standings=standings, board=number)
    for first in range(start - start % PAGE_ROWS, stop, PAGE_ROWS):
        yield first, pages.values_list("content", flat=True).get(first=first)
