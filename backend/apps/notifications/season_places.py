"""Where the recipients of a notification stand in a season."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models.functions import Coalesce

from apps.events.models import Participant
from apps.events.result import OVERALL
from apps.rankings import pages
from apps.rankings.line_views import LineView
from apps.rankings.models import Standings
from apps.rankings.page_columns import Line
from apps.rankings.points import format_points
from apps.rankings.readers import lines_gone, read_boards


@dataclass(frozen=True, slots=True)
class SeasonPlace:
    """Where one of the recipient's participants stands on one board of a season, and stood before."""

    name: str
    division: str  # "overall" or dimension and division, as in "sex:F"
    rank: int | None
    shown_rank: str  # "3=" for a shared one
    total: str  # as people read it
    rank_before: int | None
    total_before: str  # empty for who was not on the board
    ranked: int  # how many have a rank on that board

    @property
    def is_overall(self) -> bool:
        return self.division == OVERALL

    @property
    def has_changed(self) -> bool:
        """Whether the rank or the total is another one than before."""
        return (self.rank, self.total) != (self.rank_before, self.total_before)

    def data(self) -> dict[str, Any]:
        """For programs."""
        return {
            "name": self.name,
            "division": self.division,
            "rank": self.rank,
            "ranked": self.ranked,
            "total": self.total,
            "before": {"rank": self.rank_before, "total": self.total_before} if self.total_before else None,
        }


def accounts_of_participants() -> Any:
    """The account of a participant, in a query: of whoever turned out to be another, that other one's."""
    return Coalesce("merged_into__user", "user")


def own_season_places(
    standings: Standings, before: Standings | None, user_ids: Sequence[int]
) -> dict[int, list[SeasonPlace]]:
    """Of each user the lines of their participants: of each participant the overall one first, then the divisions.

    As many queries for a thousand users as for one.
    """
    people = Participant.objects.annotate(account=accounts_of_participants()).filter(account__in=user_ids)
    users = dict(people.order_by("pk").values_list("pk", "account"))
    boards = {board: pages.lines_of(standings, board, users) for board in pages.board_keys(standings)}
    shown = read_boards(standings, boards)
    places: dict[int, list[SeasonPlace]] = {participant_id: [] for participant_id in users}
    for board, lines in shown.items():
        if not lines:
            continue
        old = {line.participant_id: line for line in pages.lines_of(before, board, users)} if before else {}
        ranked = _ranked(standings, board)
        for line in lines:
            places[line.participant_id].append(_place(board, line, old, ranked))
    found: dict[int, list[SeasonPlace]] = {user_id: [] for user_id in user_ids}
    for participant_id, user_id in users.items():
        found[user_id] += places[participant_id]
    return found


def _ranked(standings: Standings, board: str) -> int:
    """Without those who are not shown any more."""
    return pages.ranked_count(standings, board) - sum(line.rank is not None for line in lines_gone(standings, board))


def _place(board: str, line: LineView, before: Mapping[int, Line], ranked: int) -> SeasonPlace:
    was = before.get(line.participant_id)
    return SeasonPlace(
        name=line.name,
        division=board,
        rank=line.rank,
        shown_rank=line.shown_rank,
        total=line.total,
        rank_before=was.rank if was else None,
        total_before=format_points(was.total) if was else "",
        ranked=ranked,
    )
