"""A line of standings as people see it."""

from collections.abc import Sequence
from dataclasses import dataclass

from apps.events.models import Event
from apps.rankings.cells import DNF, DNS, DSQ
from apps.rankings.models import Standings
from apps.rankings.page_columns import Cell, Line
from apps.rankings.points import format_points
from apps.rankings.result import LineState
from apps.rankings.tie_breaks import BrokenBy

STATUS_WORDS = {DNF: "DNF", DNS: "DNS", DSQ: "DSQ"}


@dataclass(frozen=True, slots=True)
class CellView:
    """What a participant got in one event."""

    rank: int | None
    status: str  # DNF, DNS, DSQ; empty for who has a rank
    points: str
    counted: bool


@dataclass(frozen=True, slots=True)
class TieBreak:
    """What sets a line apart from one with the same total."""

    by: BrokenBy
    place: int | None  # of which one has more, by countback
    event: Event | None  # the latest common one


@dataclass(frozen=True, slots=True)
class RulingView:
    """A ruling as it was in force at a revision."""

    kind: str
    points: str  # of an adjustment
    reason: str


@dataclass(frozen=True, slots=True)
class LineView:
    """One line of the standings."""

    rank: int | None
    shown_rank: str  # "3=" for a shared rank, empty without one
    position: int  # 1 is the top line
    state: LineState
    participant_id: int
    name: str
    total: str
    tie_break: TieBreak | None
    rulings: Sequence[RulingView]
    cells: Sequence[CellView | None]  # one for each event; None where there is no result


def view_line(
    standings: Standings, line: Line, cells: Sequence[Cell | None], name: str, events: Sequence[Event]
) -> LineView:
    """A line with the cells that are shown of it, in the order of the events."""
    return LineView(
        rank=line.rank,
        shown_rank="" if line.rank is None else f"{line.rank}=" if line.tied else str(line.rank),
        position=line.position,
        state=line.state,
        participant_id=line.participant_id,
        name=name,
        total=format_points(line.total),
        tie_break=_tie_break(line, events),
        rulings=[
            RulingView(one["kind"], format_points(one["points"]), one["reason"])
            for one in standings.rulings
            if one["participant"] == line.participant_id
        ],
        cells=[cell and _cell(cell) for cell in cells],
    )


def _cell(cell: Cell) -> CellView:
    return CellView(cell.place, STATUS_WORDS.get(cell.code, ""), format_points(cell.points), cell.counted)


def _tie_break(line: Line, events: Sequence[Event]) -> TieBreak | None:
    match line.broken_by:
        case BrokenBy.NOTHING:
            return None
        case BrokenBy.COUNTBACK:
            return TieBreak(line.broken_by, line.broken_at, None)
        case BrokenBy.LATEST_COMMON:
            return TieBreak(line.broken_by, None, events[line.broken_at])
        case BrokenBy.MOST_EVENTS:
            return TieBreak(line.broken_by, None, None)
