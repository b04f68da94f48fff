"""Reads standings back as people see them. The API and the pages ask here."""

from collections.abc import Sequence
from dataclasses import dataclass

from apps.events.models import Event
from apps.rankings.models import Season, Standings, StandingsRow
from apps.rankings.points import format_points


@dataclass(frozen=True, slots=True)
class CellView:
    """What a participant got in one event."""

    rank: int
    points: str


@dataclass(frozen=True, slots=True)
class LineView:
    """One line of the standings."""

    rank: int
    shown_rank: str  # "3=" for a shared rank
    position: int  # 1 is the top line
    participant_id: int
    name: str
    total: str
    cells: Sequence[CellView | None]  # one for each event; None where there is no rank


@dataclass(frozen=True, slots=True)
class StandingsView:
    """The present standings of a season, or a part of their lines."""

    standings: Standings
    events: Sequence[Event]  # in the order of the cells
    lines: Sequence[LineView]


def current_standings(season: Season, *, start: int = 0, stop: int | None = None) -> StandingsView | None:
    """The lines from index `start` (0 is the top line) up to and without `stop`, all of them if it is None.

    None while the season has no standings yet.
    """
    standings = season.current_standings
    if standings is None:
        return None
    events = Event.objects.in_bulk(standings.event_ids)
    rows = StandingsRow.objects.filter(standings=standings, position__gt=start).select_related("participant")
    if stop is not None:
        rows = rows.filter(position__lte=stop)
    return StandingsView(
        standings=standings,
        events=[events[event_id] for event_id in standings.event_ids],
        lines=[_line(row) for row in rows.order_by("position")],
    )


def _line(row: StandingsRow) -> LineView:
    return LineView(
        rank=row.rank,
        shown_rank=f"{row.rank}=" if row.tied else str(row.rank),
        position=row.position,
        participant_id=row.participant_id,
        name=row.participant.name,
        total=format_points(row.total),
        cells=[cell and CellView(rank=cell[0], points=format_points(cell[1])) for cell in row.cells],
    )
