"""Standings as pages say what was computed, and their hash tells them apart."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.events.page_format import PAGE_ROWS, CorruptPage
from apps.rankings.page_columns import (
    MOST_EVENTS,
    decode_lines,
    decode_lookup,
    decode_places,
    encode_lines,
    encode_lookup,
)
from apps.rankings.result import Board, StandingsResult, content_hash
from tests.unit.rankings.leagues import compute, leagues
from tests.unit.rankings.naive_standings import League, Race, Result


@given(leagues())
def test_what_is_read_is_what_was_written(league: League) -> None:
    board = compute(league).boards[0]
    pages = encode_lines(board)
    assert len(pages) == bool(len(board.participants))
    for content in pages:
        lines = decode_lines(content, 0, len(league.official), slice(None))
        check(board, lines, range(len(board.participants)))
        participants, ranks, totals = decode_places(content, len(league.official))
        assert [column.tolist() for column in (participants, ranks, totals)] == [
            column.tolist() for column in (board.participants, board.rank, board.total)
        ]


def check(board: Board, lines: Sequence[object], rows: range) -> None:
    assert len(lines) == len(rows)
    for line, row in zip(lines, rows, strict=True):
        cells = [
            (points, place or None, code, counted) if code else None
            for points, place, code, counted in zip(
                *(
                    table[row].tolist()
                    for table in (board.cells.points, board.cells.place, board.cells.code, board.counted)
                ),
                strict=True,
            )
        ]
        assert line == (
            board.participants[row],
            board.rank[row] or None,
            row + 1,
            board.tied[row],
            board.state[row],
            board.total[row],
            board.broken_by[row],
            board.broken_at[row],
            tuple(cells),
        )


def large(people: int, events: int) -> StandingsResult:
    """A season in which everybody came to another place each time."""
    rng = np.random.default_rng(1)
    races = [
        Race({one: Result(rank=rank) for one, rank in enumerate((rng.permutation(people) + 1).tolist(), 1)})
        for _ in range(events)
    ]
    rules = {"points": {"by_place": [100, "0.5"], "beyond": "0.01"}}
    return compute(League(rules, races, names={one: f"{one:05}" for one in range(1, people + 1)}))


def test_a_large_board_is_several_pages_and_a_lookup_leads_into_them() -> None:
    board = large(2 * PAGE_ROWS + 5, 4).boards[0]
    pages = encode_lines(board)
    assert len(pages) == 3
    check(board, decode_lines(pages[1], PAGE_ROWS, 4, slice(10, 12)), range(PAGE_ROWS + 10, PAGE_ROWS + 12))
    check(board, decode_lines(pages[2], 2 * PAGE_ROWS, 4, [4]), range(2 * PAGE_ROWS + 4, 2 * PAGE_ROWS + 5))
    (first, content), *further = encode_lookup(board)
    assert (first, len(further)) == (1, 2)
    wanted = np.array([7, 900, 4711], np.int64)
    assert [int(board.participants[index]) for index in decode_lookup(content, wanted)] == [7, 900]


def test_a_page_holds_as_many_events_as_a_season_may_have() -> None:
    board = large(3, MOST_EVENTS).boards[0]
    (page,) = encode_lines(board)
    check(board, decode_lines(page, 0, MOST_EVENTS, slice(None)), range(3))
    with pytest.raises(CorruptPage):
        decode_lines(page, 0, MOST_EVENTS - 1, slice(None))


@given(leagues(), st.integers(1, 8))
def test_the_hash_tells_standings_apart(league: League, one: int) -> None:
    result, shown = compute(league), {"rules": league.rules}
    digest = content_hash(result, shown)
    assert digest == content_hash(compute(league), dict(shown))
    assert digest != content_hash(result, {**shown, "rulings": [1]})
    if one in result.boards[0].participants:
        league.adjustments[one] = league.adjustments.get(one, 0) + 1
        assert content_hash(compute(league), shown) != digest
