"""The difference between two revisions as a table."""

from collections.abc import Iterator
from typing import NamedTuple

from apps.events.difference_lines import Difference, DifferenceLine, difference_lines
from apps.events.exports import safe_text, write_rows
from apps.events.models import Entry
from apps.events.ranking_lines import Line

_CHUNK_ROWS = 1000


class DifferenceRow(NamedTuple):
    """One changed entry, as text. What it had no line for is empty."""

    change: str
    by_others: str  # "yes", or empty
    bib: str
    name: str
    rank_before: str
    rank_after: str
    score_before: str
    score_after: str
    status_before: str
    status_after: str
    reasons: str


def iter_difference_rows(difference: Difference) -> Iterator[DifferenceRow]:
    """All changes, a thousand in memory at a time."""
    for start in range(0, len(difference.changes), _CHUNK_ROWS):
        for line in difference_lines(difference, start, start + _CHUNK_ROWS):
            yield _row(line)


def iter_difference_csv(difference: Difference) -> Iterator[str]:
    """The header and the rows as lines of CSV, safe to be opened in a spreadsheet."""
    yield from write_rows([DifferenceRow._fields])
    yield from write_rows(iter_difference_rows(difference))


def _row(line: DifferenceLine) -> DifferenceRow:
    return DifferenceRow(
        change=line.kind.value,
        by_others="yes" if line.by_others else "",
        bib=safe_text(line.bib),
        name=safe_text(line.name),
        rank_before=_rank(line.before),
        rank_after=_rank(line.after),
        score_before=line.before.score_text if line.before else "",
        score_after=line.after.score_text if line.after else "",
        status_before=_status(line.before),
        status_after=_status(line.after),
        reasons=safe_text("; ".join(line.reasons)),
    )


def _rank(line: Line | None) -> str:
    return "" if line is None or line.rank is None else str(line.rank)


def _status(line: Line | None) -> str:
    return "" if line is None else Entry.Status(line.status).label
