"""Who has another rank in one ranking of an event than in another, and which."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from apps.events import pages
from apps.events.models import Ranking
from apps.events.result import OVERALL
from apps.notifications.places import Place, own_places


@dataclass(frozen=True, slots=True)
class Move:
    """An entry's rank on one board, before and after; None where it is not on the board."""

    bib: str
    name: str
    division: str  # as in Place
    before: Place | None
    after: Place | None

    @property
    def is_overall(self) -> bool:
        return self.division == OVERALL

    def data(self) -> dict[str, Any]:
        """For programs."""
        return {
            "bib": self.bib,
            "name": self.name,
            "division": self.division,
            "before": self.before.on_board() if self.before else None,
            "after": self.after.on_board() if self.after else None,
        }


def entries_moved(before: Ranking, after: Ranking) -> set[int]:
    """The ids of the entries that have another rank on any board of the two.

    One without a rank, or not on the board at all, has none there.
    """
    boards = dict.fromkeys([*pages.board_keys(before), *pages.board_keys(after)])
    return {entry_id for board in boards for entry_id in _moved_on(board, before, after)}


def _moved_on(board: str, before: Ranking, after: Ranking) -> set[int]:
    # As pairs, so that the sets compare themselves: whoever is in one of them alone has another rank in the other.
    old, new = _ranks(before, board), _ranks(after, board)
    return {entry_id for entry_id, _rank in old ^ new}


def _ranks(ranking: Ranking, board: str) -> set[tuple[int, int]]:
    return {(row.entry_id, row.rank) for row in pages.iter_rows(ranking, board) if row.rank is not None}


def own_moves(before: Ranking, after: Ranking, user_ids: Sequence[int]) -> dict[int, list[Move]]:
    """Of each user the boards on which an entry of theirs that is shown now has another rank.

    Without those who have no such entry in either. As many queries for a thousand users as for one.
    """
    old, new = own_places(before, user_ids), own_places(after, user_ids)
    return {user_id: _moves(old[user_id], new[user_id]) for user_id in user_ids if old[user_id] or new[user_id]}


def _moves(before: Sequence[Place], after: Sequence[Place]) -> list[Move]:
    old = {(place.bib, place.division): place for place in before}
    new = {(place.bib, place.division): place for place in after}
    moves = []
    for key in dict.fromkeys([*new, *old]):
        was, now = old.get(key), new.get(key)
        if _rank(was) != _rank(now) and (shown := now or was):
            moves.append(Move(shown.bib, shown.name, shown.division, was, now))
    return moves


def _rank(place: Place | None) -> int | None:
    return place.rank if place else None
