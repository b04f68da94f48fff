"""What the public sees of a frozen event, and the order in which the thaw shows the rest."""

from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from apps.events.columns import RankingInput
from apps.events.freeze import hide_frozen, reveal_order
from apps.events.models import Entry, Score
from apps.events.penalty_contest import unpack_cell
from apps.events.ranking import rank_entries
from apps.events.result import RankingResult
from tests.unit.events.frozen_worlds import (
    CONTEST,
    FREEZE,
    PENDING,
    PLAIN,
    VALID,
    Scored,
    World,
    is_shown,
    naive_steps,
    worlds,
)


def public(data: RankingInput) -> RankingResult:
    return rank_entries(hide_frozen(data))


def told(result: RankingResult) -> object:
    """All that a ranking says, but for what is pending."""
    cells = CONTEST.component_names
    details = {
        detail.name: [
            (known, replace(unpack_cell(value), pending=0) if detail.name in cells else value)
            for known, value in zip(detail.known.tolist(), detail.values.tolist(), strict=True)
        ]
        for detail in result.details
        if detail.name != "pending"
    }
    rows = [column.tolist() for column in (result.bibs, result.standing, result.status, result.has_score, result.score)]
    boards = [
        (board.key, board.rank.tolist(), board.tied.tolist(), board.broken_by.tolist()) for board in result.boards
    ]
    return rows, details, boards


@st.composite
def changed(draw: st.DrawFn, world: World, *, same_number: bool) -> World:
    """The same world before the freeze, and another one after it; the same number of scores of each part, or any."""
    late = [score for score in world.scores if score.is_late]
    if not same_number:
        late = draw(st.lists(st.sampled_from(late), max_size=10)) if late else []
    others = [
        replace(
            score,
            outcome=draw(st.sampled_from(Score.Outcome)),
            value=draw(st.integers(0, 10**9)),
            achieved=draw(st.integers(FREEZE, FREEZE * 3)),
            attempt=draw(st.integers(1, 99)),
        )
        for score in late
    ]
    scores = draw(st.permutations([score for score in world.scores if not score.is_late] + others))
    return replace(world, scores=scores)


@given(worlds(), st.data())
def test_the_public_ranking_is_a_function_of_what_came_before_the_freeze(world: World, data: st.DataObject) -> None:
    before = public(world.columns())
    same = public(data.draw(changed(world, same_number=True)).columns())
    assert same.content_hash == before.content_hash
    other = public(data.draw(changed(world, same_number=False)).columns())
    assert told(other) == told(before)


@given(worlds())
def test_nobody_learns_of_a_hidden_entry(world: World) -> None:
    shown = replace(world, scores=[score for score in world.scores if is_shown(world, score.entry)])
    assert public(shown.columns()).content_hash == public(world.columns()).content_hash


@given(worlds())
def test_it_is_the_ranking_of_what_may_be_known(world: World) -> None:
    known = rank_entries(world.known(frozenset()).columns(frozen=False))
    assert public(world.columns()).content_hash == known.content_hash


@given(worlds())
def test_the_thaw_goes_from_the_bottom_and_ends_in_the_live_ranking(world: World) -> None:
    steps = list(reveal_order(world.columns()))
    assert steps == list(naive_steps(world))
    parts = [part for step in steps for part in step]
    assert len(parts) == len(set(parts))
    live = rank_entries(world.columns(frozen=False))
    assert public(world.columns(frozenset(parts))).content_hash == live.content_hash


@given(worlds())
def test_a_step_shows_the_scores_of_one_entry_and_of_nobody_else(world: World) -> None:
    revealed: frozenset[tuple[int, int]] = frozenset()
    for step in reveal_order(world.columns()):
        (entry,) = {entry for entry, _component in step}
        assert len(step) == 1 or not world.rules.is_penalty_contest
        before, revealed = world.columns(revealed), revealed | set(step)
        after = world.columns(revealed)
        seen = [hide_frozen(data).scores for data in (before, after)]
        changed_rows = np.flatnonzero(seen[0].outcomes != seen[1].outcomes).tolist()
        assert {world.scores[row].entry for row in changed_rows} <= {entry}


def test_pending_is_what_the_public_is_told_of_late_scores() -> None:
    scores = [Scored(1, 0, VALID, 700, 5, 1), Scored(1, 0, VALID, 900, FREEZE, 2), Scored(1, 1, VALID, 2, FREEZE, 1)]
    world = World(PLAIN, [(0, 0), (0, 0), (Entry.Standing.HIDDEN, 0)], [*scores, Scored(3, 0, VALID, 1, FREEZE, 1)])
    seen = public(world.columns())
    assert [detail.values.tolist() for detail in seen.details if detail.name == "pending"] == [[2, 0]]
    assert seen.score.tolist() == [700, 0]
    assert public(replace(world, scores=scores[:1]).columns()).details[0].name != "pending"


def test_a_solved_problem_is_passed_over_unless_its_cell_changes() -> None:
    minute = 60_000
    solved = Scored(1, 1, VALID, 9 * minute, 5, 1)
    again = Scored(1, 1, VALID, 12 * minute, FREEZE, 2)
    # Recorded late without the moment of the submission, which was before the solution.
    before = Scored(1, 1, Score.Outcome.REJECTED, 3 * minute, FREEZE, 3)
    assert list(reveal_order(World(CONTEST, [(0, 0)], [solved, again]).columns())) == []
    assert list(reveal_order(World(CONTEST, [(0, 0)], [solved, before]).columns())) == [[(1, 1)]]


def test_what_is_not_judged_yet_is_not_waited_for() -> None:
    waiting = Scored(1, 0, PENDING, 0, 5, 1)
    assert list(reveal_order(World(PLAIN, [(0, 0)], [waiting]).columns())) == []
    late = Scored(1, 0, PENDING, 0, FREEZE, 2)
    assert list(reveal_order(World(PLAIN, [(0, 0)], [waiting, late]).columns())) == [[(1, 0)]]
