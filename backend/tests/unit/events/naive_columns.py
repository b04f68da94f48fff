"""Between the naive definitions and the real ranking: entrants as its columns, and its boards as lines."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from apps.events.columns import BIB_DTYPE, NO_ORDER, EntryColumns, Freeze, RankingInput, ScoreColumns
from apps.events.page_columns import Row
from apps.events.penalty_contest import unpack_cell
from apps.events.ranking import rank_entries
from apps.events.result import Board, RankingResult
from apps.events.rules import Rules
from tests.unit.events.naive_contest import NaiveCell
from tests.unit.events.naive_entrants import Entrant
from tests.unit.events.naive_ranking import Boards, Line


def to_columns(
    entrants: Sequence[Entrant], rules: Rules, ids: Sequence[int] | None = None, freeze: Freeze | None = None
) -> RankingInput:
    """The entrants in their order; `ids` of their entries, of which the division sets' ids are made as well."""
    ids = ids or range(1, len(entrants) + 1)
    sets: dict[int, dict[str, str]] = {}
    for number, entrant in zip(ids, entrants, strict=True):
        if entrant.divisions not in sets.values():
            sets[number * 7] = entrant.divisions
    set_ids = [next(key for key, values in sets.items() if values == entrant.divisions) for entrant in entrants]
    manual = [NO_ORDER if entrant.manual is None else entrant.manual for entrant in entrants]
    return RankingInput(
        input_version=1,
        rules=rules,
        entries=EntryColumns(
            ids=np.array(ids, np.int64),
            bibs=np.array([entrant.bib for entrant in entrants], BIB_DTYPE),
            standing=np.array([entrant.standing for entrant in entrants], np.uint8),
            status=np.array([entrant.status for entrant in entrants], np.uint8),
            adjustment=np.array([entrant.adjustment for entrant in entrants], np.int64),
            manual_order=np.array(manual, np.int64),
            division_set=np.array(set_ids, np.int64),
        ),
        scores=_scores(entrants, rules, ids),
        division_sets=sets,
        freeze=freeze,
    )


def _scores(entrants: Sequence[Entrant], rules: Rules, ids: Sequence[int]) -> ScoreColumns:
    rows = [
        (number, rules.codes[mark.component], mark.attempt, mark.outcome, mark.value, mark.achieved)
        for number, entrant in zip(ids, entrants, strict=True)
        for mark in entrant.marks
    ]
    # All entries mixed, and neither by attempt nor as they were achieved.
    rows.sort(key=lambda row: (row[4], -row[2], row[0] * 7 % 5))
    table = np.array(rows, np.int64).reshape(-1, 6)
    return ScoreColumns(
        entry_ids=table[:, 0],
        components=table[:, 1].astype(np.uint8),
        attempts=table[:, 2],
        outcomes=table[:, 3].astype(np.uint8),
        values=table[:, 4],
        achieved=table[:, 5],
    )


def ranked(entrants: Sequence[Entrant], rules: Rules, freeze: Freeze | None = None) -> Boards:
    """The real boards."""
    return to_boards(rank_entries(to_columns(entrants, rules, freeze=freeze)), rules)


def to_boards(result: RankingResult, rules: Rules) -> Boards:
    """The boards of a result as lines."""
    return {board.key: _lines(result, board, rules) for board in result.boards}


def _lines(result: RankingResult, board: Board, rules: Rules) -> list[Line]:
    return [
        Line(
            result.bibs[row].decode(),
            int(board.rank[index]) or None,
            bool(board.tied[index]),
            int(result.score[row]) if result.has_score[row] else None,
            int(result.status[row]),
            int(result.standing[row]),
            int(board.broken_by[index]) or None,
            told(((each.name, int(each.values[row])) for each in result.details if each.known[row]), rules),
        )
        for index, row in enumerate(board.rows.tolist())
    ]


def row_line(row: Row, bib: str, names: Sequence[str], rules: Rules) -> Line:
    """A row that came back from a page."""
    known = ((name, value) for name, value in zip(names, row.details, strict=True) if value is not None)
    return Line(bib, row.rank, row.tied, row.score, row.status, row.standing, row.broken_by or None, told(known, rules))


def told(details: Iterable[tuple[str, int]], rules: Rules) -> dict[str, Any]:
    """Details by name, with the cells of a penalty contest unpacked."""
    problems = rules.component_names if rules.is_penalty_contest else ()
    return {name: _cell(value) if name in problems else value for name, value in details}


def _cell(packed: int) -> NaiveCell:
    cell = unpack_cell(packed)
    return NaiveCell(cell.solved, cell.attempts, cell.pending, cell.time)
