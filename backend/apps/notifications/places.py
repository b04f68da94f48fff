"""Where the recipients of a notification stand in a ranking."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from apps.events import pages
from apps.events.models import Entry, Ranking
from apps.events.ranking_lines import Line, count_lines, entries_gone, read_lines_or_none
from apps.events.result import OVERALL


@dataclass(frozen=True, slots=True)
class Place:
    """Where one of the recipient's entries stands on one board."""

    bib: str
    name: str
    division: str  # "overall" or dimension and division, as in "sex:F"
    rank: int | None
    shown_rank: str  # "3=" for a shared one
    ranked: int  # how many have a rank on that board
    score: str  # as people read it; empty where there is none
    status: Entry.Status

    @property
    def is_overall(self) -> bool:
        return self.division == OVERALL

    def data(self) -> dict[str, Any]:
        """For programs."""
        return {"bib": self.bib, "name": self.name, "division": self.division, **self.on_board()}

    def on_board(self) -> dict[str, Any]:
        """For programs that know the board already."""
        return {
            "rank": self.rank,
            "ranked": self.ranked,
            "score": self.score,
            "status": self.status.label,
        }


def own_places(ranking: Ranking, user_ids: Sequence[int]) -> dict[int, list[Place]]:
    """Of each user the places of their entries: of each entry the overall one first, then those in its divisions.

    Of entries that are shown now, and counted among those that are. As many queries for a thousand users as for one.
    """
    own = Entry.objects.filter(event=ranking.event_id, participant__user__in=user_ids, standing__in=Entry.SHOWN)
    users = dict(own.order_by("pk").values_list("pk", "participant__user"))
    found = entry_places(ranking, users)
    places: dict[int, list[Place]] = {user_id: [] for user_id in user_ids}
    for entry_id, user_id in users.items():
        places[user_id] += found[entry_id]
    return places


def entry_places(ranking: Ranking, entry_ids: Collection[int]) -> dict[int, list[Place]]:
    """Of each entry its places: the overall one first, then those in its divisions; none of who is not shown now."""
    rows = [(board, row) for board, row in pages.rows_on_all_boards(ranking, entry_ids) if row.entry_id in entry_ids]
    lines = read_lines_or_none(ranking, [row for _board, row in rows])
    gone = entries_gone(ranking.event, ranking)
    ranked = {board: count_lines(ranking, board, gone).ranked for board in pages.board_keys(ranking)}
    found: dict[int, list[Place]] = {entry_id: [] for entry_id in entry_ids}
    for (board, row), line in zip(rows, lines, strict=True):
        if line is not None:
            found[row.entry_id].append(_place(board, line, ranked[board]))
    return found


def _place(board: str, line: Line, ranked: int) -> Place:
    return Place(
        bib=line.bib,
        name=line.name,
        division=board,
        rank=line.rank,
        shown_rank=line.shown_rank,
        ranked=ranked,
        score=line.score_text,
        status=line.status,
    )
