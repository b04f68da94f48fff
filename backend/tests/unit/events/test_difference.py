"""The difference between two boards against its definition, one entry at a time."""

from collections.abc import Sequence
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.events.difference import Kind, Lines, compare
from apps.events.models import Entry
from apps.events.page_columns import Row

Board = list[Row]


class Told(NamedTuple):
    entry_id: int
    kind: str
    by_others: bool


def find(board: Board, entry_id: int) -> Row | None:
    return next((row for row in board if row.entry_id == entry_id), None)


def same_result(was: Row, now: Row) -> bool:
    return was.score == now.score and was.details == now.details


def naive_kind(was: Row | None, now: Row | None) -> str:
    """Empty where nothing differs that anybody would tell."""
    if was is None or now is None:
        return "new" if now is not None else "gone"
    if was.status != now.status or was.standing != now.standing:
        return "status"
    places = (10**9 if was.rank is None else was.rank, 10**9 if now.rank is None else now.rank)
    if places[1] != places[0]:
        return "improved" if places[1] < places[0] else "worsened"
    return "" if same_result(was, now) else "score"


def naive_difference(before: Board, after: Board) -> list[Told]:
    gone = [row.entry_id for row in before if find(after, row.entry_id) is None]
    own: list[Told] = []
    moved: list[Told] = []
    for entry_id in [row.entry_id for row in after] + gone:
        was, now = find(before, entry_id), find(after, entry_id)
        kind = naive_kind(was, now)
        if not kind:
            continue
        is_moved = kind in ("improved", "worsened") and was is not None and now is not None and same_result(was, now)
        (moved if is_moved else own).append(Told(entry_id, kind, is_moved))
    return own + moved


def row(entry_id: int, rank: int | None, score: int | None, **fields: object) -> Row:
    values = {"status": Entry.Status.FINISHED, "standing": Entry.Standing.COMPETING, "details": (), **fields}
    return Row(entry_id=entry_id, rank=rank, position=1, tied=False, score=score, broken_by=None, **values)  # type: ignore[arg-type]


@st.composite
def boards(draw: st.DrawFn) -> Board:
    ids = draw(st.lists(st.integers(1, 12), unique=True))
    return [
        Row(
            entry_id=entry_id,
            rank=draw(st.none() | st.integers(1, 4)),
            position=position,
            tied=draw(st.booleans()),
            score=draw(st.none() | st.integers(0, 3)),
            status=draw(st.sampled_from([*[Entry.Status.FINISHED] * 3, Entry.Status.DSQ])),
            standing=draw(st.sampled_from([*[Entry.Standing.COMPETING] * 3, Entry.Standing.OUT_OF_COMPETITION])),
            broken_by=draw(st.none() | st.integers(1, 2)),
            details=(draw(st.none() | st.integers(0, 1)),),
        )
        for position, entry_id in enumerate(ids, 1)
    ]


def told(before: Sequence[Row], after: Sequence[Row], details: tuple[str, ...] = ("penalty",)) -> list[Told]:
    changes = compare(Lines(before, details), Lines(after, details))
    return [Told(change.entry_id, change.kind.value, change.by_others) for change in changes]


@given(boards(), boards())
def test_it_is_what_the_definition_says(before: Board, after: Board) -> None:
    changes = compare(Lines(before, ("penalty",)), Lines(after, ("penalty",)))
    assert told(before, after) == naive_difference(before, after)
    for change in changes:
        assert (change.before, change.after) == (find(before, change.entry_id), find(after, change.entry_id))


@given(boards())
def test_nothing_differs_from_itself(board: Board) -> None:
    assert told(board, [one._replace(position=one.position + 1, tied=not one.tied) for one in board]) == []


def test_a_disqualification_moves_those_behind_and_nobody_before() -> None:
    before = [row(1, 1, 10), row(2, 2, 20), row(3, 3, 30), row(4, 4, 40)]
    after = [row(1, 1, 10), row(3, 2, 30), row(4, 3, 40), row(2, None, None, status=Entry.Status.DSQ)]
    assert told(before, after, ()) == [
        (2, Kind.STATUS, False),
        (3, Kind.IMPROVED, True),
        (4, Kind.IMPROVED, True),
    ]


@pytest.mark.parametrize("name", ["pending", "draw"])
def test_what_says_nothing_of_the_result_is_no_other_result(name: str) -> None:
    before, after = [row(1, 1, 10, details=(1,))], [row(1, 2, 10, details=(2,))]
    assert told(before, after, (name,)) == [(1, "worsened", True)]
    assert told(before, after, ("penalty",)) == [(1, "worsened", False)]


def test_details_are_compared_by_their_names() -> None:
    before, after = [row(1, 1, 10, details=(7,))], [row(1, 1, 10, details=(3, 7))]
    changes = compare(Lines(before, ("penalty",)), Lines(after, ("pending", "penalty")))
    assert changes == []
