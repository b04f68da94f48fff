"""The lines of standings, ready to be shown, and the boards as the reader chooses between them."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.events.scoreboard.divisions import Choice, Dimension
from apps.rankings import pages
from apps.rankings.line_views import CellView, LineView
from apps.rankings.models import Standings
from apps.rankings.readers import StandingsView
from apps.rankings.result import LineState
from apps.rankings.wording import ruling_text, tie_text

STATUSES = {
    "DNF": gettext_lazy("did not finish"),
    "DNS": gettext_lazy("did not start"),
    "DSQ": gettext_lazy("disqualified"),
}


@dataclass(frozen=True, slots=True)
class CellRow:
    """A cell as shown."""

    points: str  # empty where a status says it all
    status: str
    status_note: str | Promise
    place: str  # the rank there, for a reader who points at the cell
    counted: bool


@dataclass(frozen=True, slots=True)
class Row:
    """A line as shown."""

    rank: str
    rank_note: str
    medal: int  # the rank of the podium, or 0
    name: str
    notes: Sequence[str]
    total: str
    cells: Sequence[CellRow | None]


def rows(view: StandingsView) -> list[Row]:
    """The lines of a board as rows."""
    return [_row(line) for line in view.lines]


def _row(line: LineView) -> Row:
    notes = [ruling_text(ruling) for ruling in line.rulings]
    if line.state is LineState.TOO_FEW:
        notes.append(_("ranked in too few events"))
    if line.tie_break is not None:
        notes.append(_("tie broken by %(what)s") % {"what": tie_text(line.tie_break)})
    return Row(
        rank=line.shown_rank,
        rank_note=_("excluded") if line.state is LineState.EXCLUDED else "",
        medal=line.rank if line.rank is not None and line.rank <= 3 else 0,
        name=line.name,
        notes=notes,
        total=line.total,
        cells=[None if cell is None else _cell(cell) for cell in line.cells],
    )


def _cell(cell: CellView) -> CellRow:
    return CellRow(
        points="" if cell.status and cell.points == "0" else cell.points,
        status=cell.status,
        status_note=STATUSES.get(cell.status, ""),
        place=_("rank %(rank)s") % {"rank": cell.rank} if cell.rank else "",
        counted=cell.counted,
    )


def dimensions(standings: Standings, current: str) -> list[Dimension]:
    """The dimensions that have boards of their own; `current` is the key of the board shown."""
    by_name: dict[str, list[Choice]] = {}
    for key in pages.board_keys(standings)[1:]:
        name, _colon, label = key.partition(":")
        by_name.setdefault(name, []).append(Choice(key, label, is_current=key == current))
    return [Dimension(name, choices) for name, choices in by_name.items()]
