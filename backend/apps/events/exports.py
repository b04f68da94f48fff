"""A ranking as a table, as the API and the command export it."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, NamedTuple

from apps.events import pages
from apps.events.models import Entry, Ranking
from apps.events.ranking_lines import Line, check_board, read_lines

_TEXT_COLUMNS = frozenset({"division", "bib", "name", "reasons"})
# A spreadsheet takes a cell that begins like this for a formula, and would run it.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_CHUNK_ROWS = 1000


class ExportRow(NamedTuple):
    """One line of one division, as text."""

    division: str
    rank: str  # empty for the unranked
    position: str
    bib: str
    name: str
    score: str  # formatted; empty where there is none
    status: str


COLUMNS = ExportRow._fields


def iter_export_rows(ranking: Ranking, division: str | None = None) -> Iterator[ExportRow]:
    """The lines of one division, or of all: overall first. A thousand of them are in memory at a time.

    Raises Missing at once for a division that the ranking does not have.
    """
    if division is not None:
        check_board(ranking, division)
    boards = pages.board_keys(ranking) if division is None else [division]
    return (_export_row(board, line) for board in boards for line in _iter_lines(ranking, board))


def _iter_lines(ranking: Ranking, board: str) -> Iterator[Line]:
    rows = pages.iter_rows(ranking, board)
    while chunk := list(islice(rows, _CHUNK_ROWS)):
        yield from read_lines(ranking, chunk)


def _export_row(board: str, line: Line) -> ExportRow:
    return ExportRow(
        division=board,
        rank="" if line.rank is None else str(line.rank),
        position=str(line.position),
        bib=line.bib,
        name=line.name,
        score=line.score_text,
        status=Entry.Status(line.status).label,
    )


def iter_csv(rows: Iterable[Sequence[str]], columns: Sequence[str] = COLUMNS) -> Iterator[str]:
    """The header and the rows as lines of CSV, safe to be opened in a spreadsheet."""
    writer: Any = csv.writer(_Echo())
    yield writer.writerow(columns)
    for row in rows:
        yield writer.writerow([_cell(column, text) for column, text in zip(columns, row, strict=True)])


def _cell(column: str, text: str) -> str:
    return f"'{text}" if column in _TEXT_COLUMNS and text.startswith(_FORMULA_STARTS) else text


class _Echo:
    """Hands each written line back, so that csv.writer can feed a stream."""

    def write(self, line: str) -> str:
        return line
