"""Stores rankings as pages and reads rows back from them: what other modules use of a ranking's storage."""

from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.db.models import QuerySet

from apps.errors import Missing
from apps.events.entry_results import PENDING
from apps.events.models import Entry, Ranking
from apps.events.page_columns import Row, decode_lookup, decode_rows, encode_lookup, encode_rows
from apps.events.page_format import PAGE_ROWS, CorruptPage
from apps.events.page_store import Place, fetch_firsts, fetch_page_before, fetch_pages, insert_pages
from apps.events.result import RankingResult

LOOKUP = -1  # the number in place of a board's, for the pages that lead from an entry to its places


@dataclass(frozen=True, slots=True)
class EncodedRanking:
    """A ranking ready to be stored."""

    boards: dict[str, Any]  # goes into Ranking.boards
    pages: Sequence[tuple[int, int, bytes]]  # board, first, content of each RankingPage


def encode(result: RankingResult) -> EncodedRanking:
    """Everything of a result that is stored. Takes processor time but no database."""
    pages: list[tuple[int, int, bytes]] = []
    for number, board in enumerate(result.boards):
        pages += [(number, index * PAGE_ROWS, content) for index, content in enumerate(encode_rows(result, board))]
    dimensions = sorted({board.dimension for board in result.boards if board.dimension})
    pages += [(LOOKUP, first_id, content) for first_id, content in encode_lookup(result, dimensions)]
    summary = {
        "page_rows": PAGE_ROWS,
        "dimensions": len(dimensions),
        "details": [detail.name for detail in result.details],
        "boards": [[board.key, len(board.rows), int(np.count_nonzero(board.rank))] for board in result.boards],
        "pending": _pending_counts(result),
    }
    return EncodedRanking(boards=summary, pages=pages)


def _pending_counts(result: RankingResult) -> list[int]:
    """Of each board how many scores are pending; nothing if none are."""
    pending = [detail.values for detail in result.details if detail.name == PENDING]
    return [int(pending[0][board.rows].sum()) for board in result.boards] if pending else []


def write(ranking_id: int, encoded: EncodedRanking) -> None:
    """Stores the pages of a Ranking row, within the caller's transaction."""
    insert_pages(ranking_id, encoded.pages)


def removed(revision: int) -> Missing:
    """What is raised for a revision that there was (apps.events.thinning)."""
    return Missing(f"revision {revision} was provisional and has been removed", place="revision")


def board_keys(ranking: Ranking) -> list[str]:
    """The keys of its boards: overall first, then by dimension and division."""
    return [key for key, _rows, _ranked in ranking.boards["boards"]]


def detail_names(ranking: Ranking) -> list[str]:
    """What the details of its rows are, in their order: names of measures and components, or of tie-breakers."""
    return list(ranking.boards.get("details", ()))


def row_count(ranking: Ranking, board: str) -> int:
    """How many rows a board has; 0 if the ranking has no such board."""
    return next((rows for key, rows, _ranked in ranking.boards["boards"] if key == board), 0)


def ranked_count(ranking: Ranking, board: str) -> int:
    """How many rows of a board have a rank."""
    return next((ranked for key, _rows, ranked in ranking.boards["boards"] if key == board), 0)


def pending_count(ranking: Ranking, board: str) -> int:
    """How many scores of a board's rows are pending."""
    counts = ranking.boards.get("pending")
    return counts[board_keys(ranking).index(board)] if counts and board in board_keys(ranking) else 0


def pending_of(ranking: Ranking, row: Row) -> int:
    """How many scores of one row are pending."""
    return dict(zip(detail_names(ranking), row.details, strict=True)).get(PENDING) or 0


def rows(ranking: Ranking, board: str, start: int, stop: int) -> list[Row]:
    """The rows from index `start` (0 is the top line) up to and without `stop`, as far as there are any."""
    return list(_iter_range(ranking, board, start, stop))


def iter_rows(ranking: Ranking, board: str) -> Iterator[Row]:
    """All rows of a board, a page in memory at a time."""
    return _iter_range(ranking, board, 0, row_count(ranking, board))


def first_pages(ranking: Ranking) -> dict[str, list[Row]]:
    """The rows of the first page of every board, by key; one query."""
    keys = board_keys(ranking)
    return {keys[number]: rows for number, rows in _selected(ranking, {(n, 0): slice(None) for n in range(len(keys))})}


def place(ranking: Ranking, entry_id: int) -> dict[str, Row]:
    """An entry's row on each board that it is on, by key; empty if it is on none."""
    return dict(rows_on_all_boards(ranking, [entry_id]))


def rows_on_all_boards(ranking: Ranking, entry_ids: Collection[int]) -> list[tuple[str, Row]]:
    """The rows that these entries have, each with the key of its board, by board and position. Three queries."""
    keys = board_keys(ranking)
    return [(keys[number], row) for number, rows in _rows_at(ranking, _places(ranking, entry_ids)) for row in rows]


def around(ranking: Ranking, board: str, entry_id: int, n: int) -> list[Row]:
    """The entry's row on a board with up to `n` rows before and `n` after it; empty if it is not on that board."""
    keys = board_keys(ranking)
    for number, index in _places(ranking, [entry_id]):
        if keys[number] == board:
            return rows(ranking, board, index - n, index + n + 1)
    return []


def rows_of(ranking: Ranking, board: str, entry_ids: Collection[int]) -> list[Row]:
    """The rows that these entries have on a board: three queries, however many entries there are."""
    keys = board_keys(ranking)
    places = _places(ranking, entry_ids) if board in keys else []
    on_board = [each for each in places if keys[each[0]] == board]
    return [row for _number, rows in _rows_at(ranking, on_board) for row in rows]


def shown_entries() -> QuerySet[Entry]:
    """The entries that may stand in public output as of now; a ranking may be older than that."""
    return Entry.objects.filter(standing__in=Entry.SHOWN)


def _iter_range(ranking: Ranking, board: str, start: int, stop: int) -> Iterator[Row]:
    start, stop = max(start, 0), min(stop, row_count(ranking, board))
    page_rows = ranking.boards["page_rows"]
    number = board_keys(ranking).index(board) if start < stop else 0
    for first in range(start - start % page_rows, stop, page_rows):
        selection = slice(max(start - first, 0), stop - first)
        for _number, rows in _selected(ranking, {(number, first): selection}):
            yield from rows


def _rows_at(ranking: Ranking, places: Iterable[tuple[int, int]]) -> Iterator[tuple[int, list[Row]]]:
    """The rows at these places (board number, index) in that order, page by page; with each the board's number."""
    page_rows = ranking.boards["page_rows"]
    selections: dict[tuple[int, int], list[int]] = {}
    for number, index in sorted(places):
        selections.setdefault((number, index - index % page_rows), []).append(index % page_rows)
    return _selected(ranking, selections)


def _selected(ranking: Ranking, selections: Mapping[Place, slice | list[int]]) -> Iterator[tuple[int, list[Row]]]:
    """What is selected of each page, with its board's number; one query."""
    contents = fetch_pages(ranking.pk, selections.keys())
    details = len(detail_names(ranking)) if "details" in ranking.boards else None
    for (number, first), selection in selections.items():
        with _page_named(ranking, number, first):
            selected = decode_rows(contents.get((number, first), b""), first, selection, details)
        yield number, selected


def _places(ranking: Ranking, entry_ids: Collection[int]) -> list[tuple[int, int]]:
    """Board number and index of each place that these entries have."""
    wanted = np.array(sorted(entry_ids), np.int64)
    places: list[tuple[int, int]] = []
    found = _lookup_pages(ranking, wanted.tolist())
    if wanted.size and not found:
        _require_there(ranking)
    for (_number, first), content in found.items():
        with _page_named(ranking, LOOKUP, first):
            places += decode_lookup(content, ranking.boards["dimensions"], wanted)
    return places


def _lookup_pages(ranking: Ranking, entry_ids: list[int]) -> dict[Place, bytes]:
    """For each id the last page that begins at or before it."""
    if len(entry_ids) == 1:
        return fetch_page_before(ranking.pk, LOOKUP, entry_ids[0])
    firsts = fetch_firsts(ranking.pk, LOOKUP) if entry_ids else []
    before = {bisect_right(firsts, entry_id) - 1 for entry_id in entry_ids}
    return fetch_pages(ranking.pk, [(LOOKUP, firsts[index]) for index in sorted(before) if index >= 0])


def _require_there(ranking: Ranking) -> None:
    """Raise Missing if it was removed since the caller found it."""
    if not Ranking.objects.filter(pk=ranking.pk).exists():
        raise removed(ranking.revision)


@contextmanager
def _page_named(ranking: Ranking, number: int, first: int) -> Iterator[None]:
    try:
        yield
    except CorruptPage as error:
        _require_there(ranking)
        raise CorruptPage(f"ranking {ranking.pk}, board {number}, page {first}: {error}") from error
