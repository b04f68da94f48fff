"""Who has won a season: the champion and the podium of each board."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile

from apps.events.models import Event
from apps.events.states import OFFICIAL
from apps.rankings import pages
from apps.rankings.line_views import LineView
from apps.rankings.models import Season, Standings
from apps.rankings.page_columns import Line
from apps.rankings.readers import read_boards
from apps.rankings.results import counts

PODIUM = 3  # ranks; more participants than that where one is shared


@dataclass(frozen=True, slots=True)
class BoardAwards:
    """The awards of all, or of a division."""

    board: str
    podium: Sequence[LineView]  # ranks 1 to 3

    @property
    def champions(self) -> Sequence[LineView]:
        """Whoever has rank 1: more than one where it is shared."""
        return [line for line in self.podium if line.rank == 1]


def read_awards(standings: Standings, boards: Sequence[str] | None = None) -> list[BoardAwards]:
    """The awards of these boards, or of all, overall first. Whoever has no rank gets none."""
    # Ranks are in order, so a podium ends with the first line beyond it.
    podiums = {
        board: list(takewhile(_is_on_podium, pages.iter_lines(standings, board)))
        for board in (pages.board_keys(standings) if boards is None else boards)
    }
    shown = read_boards(standings, podiums)
    return [BoardAwards(board, shown[board]) for board in podiums]


def _is_on_podium(line: Line) -> bool:
    return line.rank is not None and line.rank <= PODIUM


def is_final(season: Season, standings: Standings) -> bool:
    """Whether these are the last standings of a season that is over: no event of it is still to come.

    Until then every award is provisional.
    """
    if standings.pk != season.current_standings_id:
        return False
    events = [one.event for one in season.season_events.select_related("event")]
    private_counts = season.visibility == Event.Visibility.PRIVATE
    awaited = [one for one in events if private_counts or one.visibility != Event.Visibility.PRIVATE]
    over = all(one.state in OFFICIAL or one.state == Event.State.CANCELLED for one in awaited)
    return over and {one.pk for one in events if counts(season, one)} == set(standings.event_ids) != set()
