"""Every row of every board comes back from its pages, and the lookup leads to it."""

from typing import Any

import numpy as np
from hypothesis import given

from apps.events.page_columns import Row, decode_lookup, decode_rows, encode_lookup, encode_rows
from apps.events.ranking import rank_entries
from apps.events.result import Board, RankingResult
from apps.events.rules import Rules
from tests.unit.events.naive_columns import row_line, to_columns
from tests.unit.events.naive_entrants import Entrant, marks, runner
from tests.unit.events.naive_events import AnyEvent, any_events
from tests.unit.events.naive_ranking import naive_boards


def stored_rows(result: RankingResult, board: Board) -> list[Row]:
    return [
        row for page in encode_rows(result, board) for row in decode_rows(page, 0, slice(None), len(result.details))
    ]


@given(any_events())
def test_rows_come_back(event: AnyEvent) -> None:
    result = rank_entries(to_columns(event.entrants, event.rules))
    names = [detail.name for detail in result.details]
    for board, lines in zip(result.boards, naive_boards(event.entrants, event.rules).values(), strict=True):
        rows = stored_rows(result, board)
        bibs = [event.entrants[row.entry_id - 1].bib for row in rows]
        assert [row_line(row, bib, names, event.rules) for row, bib in zip(rows, bibs, strict=True)] == lines
        assert [row.position for row in rows] == list(range(1, len(rows) + 1))


@given(any_events(min_size=1))
def test_the_lookup_leads_to_every_row(event: AnyEvent) -> None:
    result = rank_entries(to_columns(event.entrants, event.rules))
    dimensions = ["age", "sex"]
    pages = [page for _first, page in encode_lookup(result, dimensions)]
    for number in range(1, len(event.entrants) + 1):
        places = [place for page in pages for place in decode_lookup(page, len(dimensions), np.array([number]))]
        assert places == [
            (board_number, row.position - 1)
            for board_number, board in enumerate(result.boards)
            for row in stored_rows(result, board)
            if row.entry_id == number
        ]


def test_selected_rows_keep_their_positions() -> None:
    runners = [runner(str(number), number) for number in range(1, 6)]
    result = rank_entries(to_columns(runners, Rules.model_validate({"metric": "count", "direction": "low"})))
    (page,) = encode_rows(result, result.boards[0])
    assert [(row.entry_id, row.position) for row in decode_rows(page, 1000, [1, 3], 0)] == [(2, 1002), (4, 1004)]
    assert [(row.entry_id, row.position) for row in decode_rows(page, 1000, slice(3, None), 0)] == [
        (4, 1004),
        (5, 1005),
    ]


def test_as_many_details_as_rules_can_ask_for_come_back() -> None:
    components = [f"c{number}" for number in range(40)]
    secondary = {f"s{number}": {"metric": "count", "direction": "low"} for number in range(10)}
    breakers: list[dict[str, Any]] = [
        *({"by": "count", "value": value} for value in range(3)),
        *({"by": "best_single", "nth": nth} for nth in range(1, 4)),
        {"by": "achieved"},
        {"by": "attempts"},
        {"by": "manual"},
        {"by": "draw", "seed": "1"},
    ]
    rules = Rules.model_validate(
        {
            "metric": "points",
            "direction": "high",
            "components": {"names": components},
            "secondary": secondary,
            "tie_breakers": breakers,
        }
    )
    every = tuple(mark for name in (*components, *secondary) for mark in marks(10**13, None, component=name))
    entrants = [Entrant(bib, every, manual=7) for bib in ("1", "2")]
    result = rank_entries(to_columns(entrants, rules))
    rows = stored_rows(result, result.boards[0])
    assert len(result.details) == len(rows[0].details) == 1 + 40 + 10 + 10
    lines = naive_boards(entrants, rules)["overall"]
    names = [detail.name for detail in result.details]
    assert [row_line(row, line.bib, names, rules) for row, line in zip(rows, lines, strict=True)] == lines
