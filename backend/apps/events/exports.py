"""A ranking as a table, as the API and the command export it."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, NamedTuple

from apps.events import pages
from apps.events.models import Entry, Ranking
from apps.events.ranking_lines import Line, check_board, read_lines

_TEXT_COLUMNS = frozenset({"division", "bib", "name"})
# A spreadsheet takes a cell that begins like this for a formula, and would run it; Japanese ones also wide signs.
# https://owasp.org/www-community/attacks/CSV_Injection
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
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
    further: Sequence[str] = ()  # in the order of further_columns


COLUMNS = ExportRow._fields[:-1]
TIE = "tie_broken_by"


def further_columns(ranking: Ranking) -> list[str]:
    """What its rows tell beside the columns that every ranking has: the tie-breaker, and their details."""
    return [*([TIE] if ranking.rules.get("tie_breakers") else []), *pages.detail_names(ranking)]


def iter_export_rows(ranking: Ranking, division: str | None = None) -> Iterator[ExportRow]:
    """The lines of one division, or of all: overall first. A thousand of them are in memory at a time.

    Raises Missing at once for a division that the ranking does not have.
    """
    if division is not None:
        check_board(ranking, division)
    boards = pages.board_keys(ranking) if division is None else [division]
    further = further_columns(ranking)
    return (_export_row(board, line, further) for board in boards for line in _iter_lines(ranking, board))


def _iter_lines(ranking: Ranking, board: str) -> Iterator[Line]:
    rows = pages.iter_rows(ranking, board)
    while chunk := list(islice(rows, _CHUNK_ROWS)):
        yield from read_lines(ranking, chunk)


def _export_row(board: str, line: Line, further: Sequence[str]) -> ExportRow:
    return ExportRow(
        division=board,
        rank="" if line.rank is None else str(line.rank),
        position=str(line.position),
        bib=line.bib,
        name=line.name,
        score=line.score_text,
        status=Entry.Status(line.status).label,
        further=[_further(line, column) for column in further],
    )


def _further(line: Line, column: str) -> str:
    if column == TIE:
        return line.tie_broken_by.text if line.tie_broken_by else ""
    detail = line.details.get(column)
    return detail.text if detail else ""


def iter_csv(rows: Iterable[ExportRow], further: Sequence[str] = ()) -> Iterator[str]:
    """The header and the rows as lines of CSV, safe to be opened in a spreadsheet."""
    yield from write_rows([[*COLUMNS, *map(safe_text, further)]])
    yield from write_rows(
        [*(_cell(column, text) for column, text in zip(COLUMNS, cells, strict=True)), *more] for *cells, more in rows
    )


def write_rows(rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """Lines of CSV."""
    writer: Any = csv.writer(_Echo())
    return (writer.writerow(row) for row in rows)


def _cell(column: str, text: str) -> str:
    return safe_text(text) if column in _TEXT_COLUMNS else text


def safe_text(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


class _Echo:
    """Hands each written line back, so that csv.writer can feed a stream."""

    def write(self, line: str) -> str:
        return line
