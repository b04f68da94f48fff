"""Stores rankings as pages and reads rows back from them. No other module touches RankingPage."""

from bisect import bisect_right
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.db.models import QuerySet

from apps.events.columns import Flags, Ints
from apps.events.models import Entry, Ranking, RankingPage
from apps.events.page_format import PAGE_ROWS, Coding, decode_page, encode_pages
from apps.events.result import Board, RankingResult

LOOKUP = -1  # the number in place of a board's, for the pages that lead from an entry to its places

_ROW_CODINGS = (Coding.OFFSET, Coding.DELTA, Coding.DELTA, Coding.OFFSET)  # entry, rank, score, flags
_RANKED, _TIED, _SCORED = 1, 2, 4
_STATUS_SHIFT, _STANDING_SHIFT = 3, 5


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


@dataclass(frozen=True, slots=True)
class RowDetails:
    """What a line says of its entry beyond the ranking itself."""

    bib: str
    name: str
    divisions: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class EncodedRanking:
    """A ranking ready to be stored: the summary that goes into Ranking.boards, and the pages."""

    boards: dict[str, Any]
    pages: Sequence[tuple[int, int, bytes]]  # board, first, content


def encode(result: RankingResult) -> EncodedRanking:
    """Everything of a result that is stored. Takes processor time but no database."""
    pages: list[tuple[int, int, bytes]] = []
    for number, board in enumerate(result.boards):
        contents = encode_pages(_row_columns(result, board))
        pages.extend((number, index * PAGE_ROWS, content) for index, content in enumerate(contents))
    pages.extend(_lookup_pages(result))
    summary = {
        "page_rows": PAGE_ROWS,
        "dimensions": _dimensions(result),
        "boards": [[board.key, len(board.rows), int(np.count_nonzero(board.rank))] for board in result.boards],
    }
    return EncodedRanking(boards=summary, pages=pages)


def _row_columns(result: RankingResult, board: Board) -> list[tuple[Ints, Coding]]:
    rows = board.rows
    ranked = board.rank > 0
    has_score = result.has_score[rows]
    flags = (
        ranked * _RANKED
        + board.tied * _TIED
        + has_score * _SCORED
        + (result.status[rows].astype(np.int64) << _STATUS_SHIFT)
        + (result.standing[rows].astype(np.int64) << _STANDING_SHIFT)
    )
    columns = (
        result.entry_ids[rows],
        _last_known(board.rank, ranked),
        _last_known(result.score[rows], has_score),
        flags,
    )
    return list(zip(columns, _ROW_CODINGS, strict=True))


def _last_known(column: Ints, known: Flags) -> Ints:
    """The column with its unknown values replaced by the one before: no jumps, so narrow deltas."""
    latest = np.maximum.accumulate(np.where(known, np.arange(len(column)), 0))
    return column[latest]


def _dimensions(result: RankingResult) -> list[str]:
    return sorted({board.key.partition(":")[0] for board in result.boards[1:]})


def _lookup_pages(result: RankingResult) -> Iterator[tuple[int, int, bytes]]:
    """Pages by entry id: the overall position, then per dimension the board's number (0: in none) and the position."""
    by_id = np.argsort(result.entry_ids, kind="stable")
    columns = [(result.entry_ids[by_id], Coding.DELTA), (by_id + 1, Coding.OFFSET)]
    for dimension in _dimensions(result):
        board_of, position = np.zeros((2, len(by_id)), np.int64)
        for number, board in enumerate(result.boards):
            if board.key.partition(":")[0] == dimension and number:
                board_of[board.rows] = number
                position[board.rows] = np.arange(1, len(board.rows) + 1)
        columns += [(board_of[by_id], Coding.OFFSET), (position[by_id], Coding.OFFSET)]
    firsts = columns[0][0][::PAGE_ROWS]
    for first, content in zip(firsts, encode_pages(columns), strict=True):
        yield LOOKUP, int(first), content


def write(ranking_id: int, encoded: EncodedRanking) -> None:
    """Stores the pages of a Ranking row, within the caller's transaction."""
    RankingPage.objects.bulk_create(
        [RankingPage(ranking_id=ranking_id, board=b, first=f, content=c) for b, f, c in encoded.pages], batch_size=500
    )


def board_keys(ranking: Ranking) -> list[str]:
    """The keys of its boards: overall first, then by dimension and division."""
    return [key for key, _rows, _ranked in ranking.boards["boards"]]


def row_count(ranking: Ranking, board: str) -> int:
    """How many rows a board has; 0 if the ranking has no such board."""
    return next((rows for key, rows, _ranked in ranking.boards["boards"] if key == board), 0)


def ranked_count(ranking: Ranking, board: str) -> int:
    """How many rows of a board have a rank."""
    return next((ranked for key, _rows, ranked in ranking.boards["boards"] if key == board), 0)


def rows(ranking: Ranking, board: str, start: int, stop: int) -> list[Row]:
    """The rows from index `start` (0 is the top line) up to and without `stop`."""
    return list(_iter(ranking, board, start, stop))


def iter_rows(ranking: Ranking, board: str) -> Iterator[Row]:
    """All rows of a board, a page in memory at a time."""
    return _iter(ranking, board, 0, row_count(ranking, board))


def place(ranking: Ranking, entry_id: int) -> dict[str, Row]:
    """An entry's row on each board that it is on, by key; empty if it is on none."""
    keys = board_keys(ranking)
    return {
        keys[number]: rows(ranking, keys[number], position - 1, position)[0]
        for number, position in _positions(ranking, entry_id).items()
    }


def around(ranking: Ranking, board: str, entry_id: int, n: int) -> list[Row]:
    """The entry's row on a board with up to `n` rows before and `n` after it; empty if it is not on that board."""
    keys = board_keys(ranking)
    for number, position in _positions(ranking, entry_id).items():
        if keys[number] == board:
            return rows(ranking, board, max(position - 1 - n, 0), position + n)
    return []


def shown_entries() -> QuerySet[Entry]:
    """The entries that may stand in public output as of now; a ranking may be older than that."""
    return Entry.objects.filter(standing__in=Entry.SHOWN)


def rows_of(ranking: Ranking, board: str, entry_ids: Collection[int]) -> list[Row]:
    """The rows that these entries have on a board: three queries, however many entries there are."""
    keys = board_keys(ranking)
    if board not in keys or not entry_ids:
        return []
    page_rows = ranking.boards["page_rows"]
    indexes = _indexes_on(ranking, keys.index(board), entry_ids)
    pages = RankingPage.objects.filter(
        ranking=ranking, board=keys.index(board), first__in={index - index % page_rows for index in indexes}
    )
    wanted = set(entry_ids)
    return [
        row
        for first, content in pages.order_by("first").values_list("first", "content")
        for row in _decoded_rows(content, first, 0, page_rows)
        if row.entry_id in wanted
    ]


def row_details(rows: Sequence[Row]) -> dict[int, RowDetails]:
    """Bib, name and divisions by entry id, in one query.

    An entry that was hidden or withdrawn after the ranking was computed has none: its row is to be left out.
    """
    found = (
        shown_entries()
        .filter(pk__in=[row.entry_id for row in rows])
        .values_list("pk", "bib", "participant__name", "division_set__values")
    )
    return {entry_id: RowDetails(bib, name, divisions) for entry_id, bib, name, divisions in found}


def _indexes_on(ranking: Ranking, number: int, entry_ids: Collection[int]) -> list[int]:
    """Where these entries stand on the board of that number; 0 is the top line."""
    lookup = RankingPage.objects.filter(ranking=ranking, board=LOOKUP)
    firsts = list(lookup.order_by("first").values_list("first", flat=True))
    needed = {firsts[bisect_right(firsts, entry_id) - 1] for entry_id in entry_ids if firsts and entry_id >= firsts[0]}
    found: list[int] = []
    for content in lookup.filter(first__in=needed).values_list("content", flat=True):
        ids, overall, *pairs = decode_page(content, _lookup_codings(ranking))
        wanted = np.isin(ids, list(entry_ids))
        if number == 0:
            found += (overall[wanted] - 1).tolist()
            continue
        for board_of, position in zip(pairs[::2], pairs[1::2], strict=True):
            found += (position[wanted & (board_of == number)] - 1).tolist()
    return found


def _lookup_codings(ranking: Ranking) -> tuple[Coding, ...]:
    return (Coding.DELTA, *(Coding.OFFSET,) * (1 + 2 * len(ranking.boards["dimensions"])))


def _positions(ranking: Ranking, entry_id: int) -> dict[int, int]:
    """Board number -> position."""
    page = (
        RankingPage.objects.filter(ranking=ranking, board=LOOKUP, first__lte=entry_id)
        .order_by("-first")
        .values_list("first", "content")
        .first()
    )
    if page is None:
        return {}
    ids, overall, *pairs = decode_page(page[1], _lookup_codings(ranking))
    index = int(np.searchsorted(ids, entry_id))
    if index == len(ids) or ids[index] != entry_id:
        return {}
    places = {0: int(overall[index])}
    for number, position in zip(pairs[::2], pairs[1::2], strict=True):
        if number[index]:
            places[int(number[index])] = int(position[index])
    return places


def _iter(ranking: Ranking, board: str, start: int, stop: int) -> Iterator[Row]:
    keys = board_keys(ranking)
    if board not in keys:
        return
    stop = min(stop, row_count(ranking, board))
    page_rows = ranking.boards["page_rows"]
    for first in range(start - start % page_rows, stop, page_rows):
        content = RankingPage.objects.filter(ranking=ranking, board=keys.index(board), first=first).values_list(
            "content", flat=True
        )[0]
        yield from _decoded_rows(content, first, max(start - first, 0), stop - first)


def _decoded_rows(content: bytes | memoryview, first: int, start: int, stop: int) -> Iterator[Row]:
    columns = [column[start:stop].tolist() for column in decode_page(content, _ROW_CODINGS)]
    for position, (entry_id, rank, score, flags) in enumerate(zip(*columns, strict=True), first + start + 1):
        yield Row(
            entry_id=entry_id,
            rank=rank if flags & _RANKED else None,
            position=position,
            tied=bool(flags & _TIED),
            score=score if flags & _SCORED else None,
            status=Entry.Status(flags >> _STATUS_SHIFT & 3),
            standing=Entry.Standing(flags >> _STANDING_SHIFT & 3),
        )
