"""The difference between two revisions of a season's standings: who moved, from where to where, and why."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from apps.events.access import Visitor
from apps.events.columns import Ints
from apps.events.result import OVERALL
from apps.rankings import pages
from apps.rankings.models import Season, Standings
from apps.rankings.points import format_points
from apps.rankings.readers import lines_gone, read_names
from apps.rankings.wording import CauseView, read_causes


@dataclass(frozen=True, slots=True)
class Place:
    """Where a participant stood."""

    rank: int | None
    total: str


@dataclass(frozen=True, slots=True)
class Move:
    """A participant whose rank or total differs."""

    participant_id: int
    name: str
    before: Place | None  # None for whoever was not in these standings
    after: Place | None


@dataclass(frozen=True, slots=True)
class Changes:
    """Everything that differs on one board, and what led to it."""

    before: Standings
    after: Standings
    board: str
    moves: Sequence[Move]  # in the order of the later standings, then those who are no longer in them
    causes: Sequence[CauseView]  # of all revisions after the earlier one, the oldest first


def compare(season: Season, user: Visitor, before: Standings, after: Standings, board: str) -> Changes:
    """The changes of a board from one revision to a later one. A board that one of them lacks is empty there."""
    between = Standings.objects.filter(season=season, revision__gt=before.revision, revision__lte=after.revision)
    revisions = list(between.only("revision", "causes").order_by("revision"))
    return Changes(
        before=before,
        after=after,
        board=board,
        moves=_moves(before, after, board),
        causes=[cause for causes in read_causes(season, user, revisions) for cause in causes],
    )


def changed_participants(before: Standings | None, after: Standings) -> set[int]:
    """Who of the later standings has another rank or total than in the earlier ones, on any board that has them.

    All of them if there are no earlier ones.
    """
    there = set(_places(after, OVERALL))
    if before is None:
        return there
    boards = {*pages.board_keys(before), *pages.board_keys(after)}
    changed: set[int] = set()
    for board in boards:
        old, new = _places(before, board), _places(after, board)
        changed |= {one for one in there & {*old, *new} if old.get(one) != new.get(one)}
    return changed


def _moves(before: Standings, after: Standings, board: str) -> list[Move]:
    old, new = _places(before, board), _places(after, board)
    changed = {one: None for one in (*new, *old) if old.get(one) != new.get(one)}
    names = read_names(changed)
    return [Move(one, names[one], _place(old.get(one)), _place(new.get(one))) for one in changed]


def _places(standings: Standings, board: str) -> dict[int, tuple[int, int]]:
    """Rank (0 for none) and total of each participant that is shown, from the top."""
    columns = pages.place_columns(standings, board)
    gone = [line.participant_id for line in lines_gone(standings, board)]
    shown = ~np.isin(columns.participants, np.array(gone, np.int64))
    participants, *places = (_listed(column[shown]) for column in (columns.participants, columns.ranks, columns.totals))
    return dict(zip(participants, zip(*places, strict=True), strict=True))


def _listed(column: Ints) -> list[int]:
    listed: list[int] = column.tolist()
    return listed


def _place(place: tuple[int, int] | None) -> Place | None:
    return place and Place(place[0] or None, format_points(place[1]))
