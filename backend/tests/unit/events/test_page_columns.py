"""Every row of every board comes back from its pages, and the lookup leads to it."""

import numpy as np
from hypothesis import given

from apps.events.page_columns import Row, decode_lookup, decode_rows, encode_lookup, encode_rows
from apps.events.ranking import rank_entries
from apps.events.result import Board, RankingResult
from apps.events.rules import Rules
from tests.unit.events.naive_ranking import Line, Runner, any_rules, any_runners, naive_boards, to_columns


def stored_rows(result: RankingResult, board: Board) -> list[Row]:
    return [
        row for page in encode_rows(result, board) for row in decode_rows(page, 0, slice(None), len(result.details))
    ]


@given(any_runners(), any_rules())
def test_rows_come_back(runners: list[Runner], rules: Rules) -> None:
    result = rank_entries(to_columns(runners, rules))
    bibs = {number: runner.bib for number, runner in enumerate(runners, 1)}
    for board, lines in zip(result.boards, naive_boards(runners, rules).values(), strict=True):
        rows = stored_rows(result, board)
        assert [
            Line(bibs[row.entry_id], row.rank, row.tied, row.score, row.status, row.standing) for row in rows
        ] == lines
        assert [row.position for row in rows] == list(range(1, len(rows) + 1))


@given(any_runners(min_size=1), any_rules())
def test_the_lookup_leads_to_every_row(runners: list[Runner], rules: Rules) -> None:
    result = rank_entries(to_columns(runners, rules))
    dimensions = ["age", "sex"]
    pages = [page for _first, page in encode_lookup(result, dimensions)]
    for number in range(1, len(runners) + 1):
        places = [place for page in pages for place in decode_lookup(page, len(dimensions), np.array([number]))]
        assert places == [
            (board_number, row.position - 1)
            for board_number, board in enumerate(result.boards)
            for row in stored_rows(result, board)
            if row.entry_id == number
        ]


def test_selected_rows_keep_their_positions() -> None:
    runners = [Runner(str(number), (number,)) for number in range(1, 6)]
    result = rank_entries(to_columns(runners, Rules.model_validate({"metric": "count", "direction": "low"})))
    (page,) = encode_rows(result, result.boards[0])
    assert [(row.entry_id, row.position) for row in decode_rows(page, 1000, [1, 3], 0)] == [(2, 1002), (4, 1004)]
    assert [(row.entry_id, row.position) for row in decode_rows(page, 1000, slice(3, None), 0)] == [
        (4, 1004),
        (5, 1005),
    ]
