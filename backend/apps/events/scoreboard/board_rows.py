"""The rows of a board, ready to be shown. Decided here and not in the template, which would take twice the time."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from apps.events.models import Entry, Event
from apps.events.ranking_lines import Line
from apps.events.scoreboard.columns import Column

NO_RESULT = "–"  # noqa: RUF001 (an en dash is what typography wants here)
OUT_OF_COMPETITION = (_("OC"), _("out of competition"))
STATUSES = {
    Entry.Status.DNF: (_("DNF"), _("did not finish")),
    Entry.Status.DNS: (_("DNS"), _("did not start")),
    Entry.Status.DSQ: (_("DSQ"), _("disqualified")),
}

Word = str | Promise


@dataclass(frozen=True, slots=True)
class BoardRow:
    """One row as shown. A note spells out what is abbreviated; it is empty where nothing is."""

    bib: str
    name: str
    divisions: str
    url: str
    medal: int  # the rank of the podium, or 0
    rank: Word
    rank_note: Word
    result: Word
    result_note: Word
    pending: int  # scores that are not judged, or not shown, yet
    tie: str  # by what a tie was broken; empty if none was
    cells: Sequence[str]  # one for each of the columns


def board_rows(event: Event, lines: Sequence[Line], query: str = "", columns: Sequence[Column] = ()) -> list[BoardRow]:
    """The lines as rows; `query` goes with the addresses of their entries, `columns` are those beside the result."""
    # One address is looked up and not a hundred.
    entries = reverse("scoreboard:entry", args=[event.slug, "0"]).removesuffix("0")
    return [_row(line, entries, query, columns) for line in lines]


def _row(line: Line, entries: str, query: str, columns: Sequence[Column]) -> BoardRow:
    rank, rank_note = shown_rank(line)
    result, result_note = shown_result(line)
    return BoardRow(
        bib=line.bib,
        name=line.name,
        divisions=" · ".join(line.divisions.values()),
        url=entries + quote(line.bib) + query,
        medal=line.rank if line.rank is not None and line.rank <= 3 else 0,
        rank=rank,
        rank_note=rank_note,
        result=result,
        result_note=result_note,
        pending=line.pending,
        tie=_tie(line),
        cells=[line.details[column.name].text if column.name in line.details else "" for column in columns],
    )


def _tie(line: Line) -> str:
    broken = line.tie_broken_by
    if broken is None:
        return ""
    return f"{broken.text}: {broken.value}" if broken.value else broken.text


def shown_rank(line: Line) -> tuple[Word, Word]:
    """The rank as shown, and its note."""
    if line.rank is None and line.standing == Entry.Standing.OUT_OF_COMPETITION:
        return OUT_OF_COMPETITION
    return line.shown_rank, ""


def shown_result(line: Line) -> tuple[Word, Word]:
    """The score with its unit, or why there is none, and its note."""
    if line.score is not None:
        return line.score_text, ""
    return STATUSES.get(line.status, (NO_RESULT, ""))
