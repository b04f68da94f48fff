"""Reads standings back as people see them. The API, the pages and the commands ask here.

A revision never changes, but an entry can be hidden, or a participant renamed, after it. So names and entries are read
together with the lines: of an entry that is not shown any more there is no cell, and of a participant with no other
cell no line, and none in a count.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db.models.functions import Coalesce

from apps.errors import Missing
from apps.events.access import Visitor
from apps.events.models import Entry, Event, Participant
from apps.events.result import OVERALL
from apps.rankings import pages
from apps.rankings.access import may_see_standings
from apps.rankings.line_views import LineView, view_line
from apps.rankings.models import Season, Standings
from apps.rankings.page_columns import Cell, Line


@dataclass(frozen=True, slots=True)
class StandingsView:
    """A board of a revision, or a part of its lines."""

    standings: Standings
    board: str
    events: Sequence[Event]  # in the order of the cells
    total: int  # lines of the whole board
    ranked: int  # of these with a rank
    lines: Sequence[LineView]


def find_standings(season: Season, user: Visitor, revision: int | None = None) -> Standings | None:
    """The revision of that number, or the current one; None while there is none to be seen. Raises Missing."""
    standings = season.current_standings
    if revision is not None:
        standings = Standings.objects.filter(season=season, revision=revision).first()
    if standings is not None and may_see_standings(user, season, standings):
        return standings
    if revision is not None:
        raise Missing(f"there is no revision {revision}", place="revision")
    return None


def check_board(standings: Standings, board: str) -> None:
    """Raise Missing unless the standings have that board."""
    if board not in pages.board_keys(standings):
        raise Missing(f"revision {standings.revision} has no division {board!r}", place="division")


def read_board(standings: Standings, board: str = OVERALL, *, start: int = 0, stop: int | None = None) -> StandingsView:
    """The lines from index `start` (0 is the top line) up to and without `stop`, all of them if it is None."""
    end = pages.line_count(standings, board) if stop is None else stop
    gone = lines_gone(standings, board)
    return StandingsView(
        standings=standings,
        board=board,
        events=read_events(standings),
        total=pages.line_count(standings, board) - len(gone),
        ranked=pages.ranked_count(standings, board) - sum(line.rank is not None for line in gone),
        lines=read_lines(standings, pages.lines(standings, board, start, end)),
    )


def read_events(standings: Standings) -> list[Event]:
    """The events that count, in the order of the cells."""
    events = Event.objects.in_bulk(standings.event_ids)
    return [events[event_id] for event_id in standings.event_ids]


def read_lines(standings: Standings, lines: Sequence[Line]) -> list[LineView]:
    """The lines as people see them, without those of whom nothing is shown any more."""
    return read_boards(standings, {"": lines})[""]


def read_boards(standings: Standings, boards: Mapping[str, Sequence[Line]]) -> dict[str, list[LineView]]:
    """Lines of several boards as people see them: a few queries, however many boards there are."""
    names = read_names(line.participant_id for lines in boards.values() for line in lines)
    gone = _entries_gone(standings)
    events = read_events(standings)

    def shown(line: Line) -> list[Cell | None]:
        pairs = zip(standings.event_ids, line.cells, strict=True)
        return [None if (line.participant_id, event_id) in gone else cell for event_id, cell in pairs]

    return {
        board: [
            view_line(standings, line, cells, names[line.participant_id], events)
            for line in lines
            if any(cells := shown(line))
        ]
        for board, lines in boards.items()
    }


def read_names(participants: Iterable[int]) -> dict[int, str]:
    """The names of these participants. Whoever turned out to be another is called like that other one."""
    people = Participant.objects.filter(pk__in=set(participants))
    return dict(people.annotate(shown=Coalesce("merged_into__name", "name")).values_list("pk", "shown"))


def _entries_gone(standings: Standings) -> set[tuple[int, int]]:
    """Participant and event of each entry that is not shown any more."""
    hidden = Entry.objects.filter(event__in=standings.event_ids, standing__in=Entry.NOT_SHOWN)
    gone = set(hidden.values_list("participant", "event"))
    # What a participant got who was merged into another since is the other one's now.
    merged = Participant.objects.filter(merged_into__in={participant for participant, _event in gone})
    former = dict(merged.values_list("pk", "merged_into")) if gone else {}
    return gone | {(one, event) for one, kept in former.items() for participant, event in gone if participant == kept}


def lines_gone(standings: Standings, board: str) -> list[Line]:
    """The lines of a board of which no cell is shown any more."""
    gone = _entries_gone(standings)
    lines = pages.lines_of(standings, board, {participant for participant, _event in gone})
    return [line for line in lines if _cells_of(line, standings.event_ids) <= gone]


def _cells_of(line: Line, event_ids: Sequence[int]) -> set[tuple[int, int]]:
    return {(line.participant_id, event) for event, cell in zip(event_ids, line.cells, strict=True) if cell}
