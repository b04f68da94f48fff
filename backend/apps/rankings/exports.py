"""Standings as a table, as the API and the command export them."""

import csv
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from apps.events.exports import safe_text
from apps.rankings import pages
from apps.rankings.line_views import CellView, LineView
from apps.rankings.models import Standings
from apps.rankings.readers import check_board, read_events, read_lines
from apps.rankings.wording import ruling_text, tie_text

FIXED_COLUMNS = ("division", "rank", "position", "participant", "name", "total", "tie_broken_by", "note")
_CHUNK_LINES = 1000


def iter_csv(standings: Standings, division: str | None = None) -> Iterator[str]:
    """The header and the lines of one division, or of all: overall first. A thousand of them are in memory at a time.

    After the fixed columns each event has two, by its slug: its points, in parentheses where they do not count, and
    the rank or the status there. Raises Missing at once for a division that the standings do not have.
    """
    if division is not None:
        check_board(standings, division)
    return _iter_csv(standings, pages.board_keys(standings) if division is None else [division])


def _iter_csv(standings: Standings, boards: Sequence[str]) -> Iterator[str]:
    writer: Any = csv.writer(_Echo())
    events = [column for event in read_events(standings) for column in (f"{event.slug} points", f"{event.slug} rank")]
    yield writer.writerow([*FIXED_COLUMNS, *events])
    for board in boards:
        lines = pages.iter_lines(standings, board)
        while chunk := list(islice(lines, _CHUNK_LINES)):
            for line in read_lines(standings, chunk):
                yield writer.writerow(_row(board, line))


def _row(board: str, line: LineView) -> list[str]:
    return [
        safe_text(board),
        "" if line.rank is None else str(line.rank),
        str(line.position),
        str(line.participant_id),
        safe_text(line.name),
        line.total,
        safe_text(tie_text(line.tie_break)) if line.tie_break else "",
        safe_text("; ".join(ruling_text(ruling) for ruling in line.rulings)),
        *(text for cell in line.cells for text in _cell(cell)),
    ]


def _cell(cell: CellView | None) -> tuple[str, str]:
    if cell is None:
        return "", ""
    return (cell.points if cell.counted else f"({cell.points})", cell.status or str(cell.rank or ""))


class _Echo:
    """Hands each written line back, so that csv.writer can feed a stream."""

    def write(self, line: str) -> str:
        return line
