"""Frozen events as lists of plain objects, what the public may know of them, and the resolver's order by definition."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from hypothesis import strategies as st

from apps.events.columns import BIB_DTYPE, NO_ORDER, EntryColumns, Freeze, RankingInput, ScoreColumns
from apps.events.models import Entry, Score
from apps.events.ranking import rank_entries
from apps.events.rules import Rules

FREEZE = 600_000_000  # microseconds
VALID, PENDING = Score.Outcome.VALID, Score.Outcome.PENDING

CONTEST = Rules.model_validate(
    {
        "metric": "penalty_contest",
        "direction": "high",
        "components": {"names": ["B", "A", "C"]},
        "secondary": {"weight": {"metric": "count", "direction": "low"}},
        "tie_breakers": [{"by": "last_accepted"}, {"by": "measure", "name": "weight"}],
    }
)
JUMP: dict[str, Any] = {"metric": "distance", "direction": "high"}
PLAIN = Rules.model_validate(
    {
        **JUMP,
        "secondary": {"wind": {"metric": "count", "direction": "low"}},
        "tie_breakers": [
            {"by": "best_single", "nth": 2},
            {"by": "attempts"},
            {"by": "achieved"},
            {"by": "measure", "name": "wind"},
        ],
    }
)
STAGES = Rules.model_validate({**JUMP, "attempts": "sum", "components": {"names": ["one", "two"], "required": 1}})
ALL_RULES = [CONTEST, PLAIN, STAGES]


@dataclass(frozen=True)
class Scored:
    """A score. In a contest it was achieved at its own time."""

    entry: int
    component: int
    outcome: int
    value: int
    achieved: int
    attempt: int = 0

    @property
    def is_late(self) -> bool:
        return self.achieved >= FREEZE


@dataclass(frozen=True)
class World:
    """An event. Entry number n has the bib n, and the standing and status at index n - 1."""

    rules: Rules
    entries: Sequence[tuple[int, int]]
    scores: Sequence[Scored]

    def columns(self, revealed: frozenset[tuple[int, int]] = frozenset(), *, frozen: bool = True) -> RankingInput:
        """As the ranking reads it."""
        ids = range(1, len(self.entries) + 1)
        return RankingInput(
            input_version=1,
            rules=self.rules,
            entries=EntryColumns(
                ids=np.array(ids, np.int64),
                bibs=np.array([str(number) for number in ids], BIB_DTYPE),
                standing=np.array([standing for standing, _status in self.entries], np.uint8),
                status=np.array([status for _standing, status in self.entries], np.uint8),
                adjustment=np.zeros(len(self.entries), np.int64),
                manual_order=np.full(len(self.entries), NO_ORDER, np.int64),
                division_set=np.ones(len(self.entries), np.int64),
            ),
            scores=ScoreColumns(
                entry_ids=np.array([score.entry for score in self.scores], np.int64),
                components=np.array([score.component for score in self.scores], np.uint8),
                attempts=np.array([score.attempt for score in self.scores], np.int64),
                outcomes=np.array([score.outcome for score in self.scores], np.uint8),
                values=np.array([score.value for score in self.scores], np.int64),
                achieved=np.array([score.achieved for score in self.scores], np.int64),
            ),
            division_sets={1: {}},
            freeze=Freeze(FREEZE, revealed) if frozen else None,
        )

    def known(self, revealed: frozenset[tuple[int, int]]) -> "World":
        """What the public may know once these entries' components are shown."""
        return replace(
            self,
            scores=[
                replace(score, outcome=PENDING, value=0, achieved=FREEZE, attempt=0)
                if score.is_late and (score.entry, score.component) not in revealed
                else score
                for score in self.scores
            ],
        )

    def board(self) -> list[int]:
        """The entries of the overall board, the top line first."""
        return [int(entry) for entry in rank_entries(self.columns(frozen=False)).entry_ids]


def naive_steps(world: World) -> Iterator[list[tuple[int, int]]]:
    """The lowest line with anything pending; of a contest its first problem, else all of it."""
    revealed: frozenset[tuple[int, int]] = frozenset()
    while True:
        waiting = [
            (entry, component)
            for entry in reversed(world.known(revealed).board())
            for component in range(max(world.rules.codes.values()) + 1)
            if (entry, component) not in revealed and _is_pending(world, entry, component)
        ]
        if not waiting:
            return
        lowest = [part for part in waiting if part[0] == waiting[0][0]]
        step = lowest[:1] if world.rules.is_penalty_contest else lowest
        yield step
        revealed |= set(step)


def _is_pending(world: World, entry: int, component: int) -> bool:
    """A problem solved before the freeze is done with."""
    mine = [score for score in world.scores if (score.entry, score.component) == (entry, component)]
    is_problem = world.rules.is_penalty_contest and component <= 3
    if is_problem and any(score.outcome == VALID and not score.is_late for score in mine):
        return False
    return any(score.is_late for score in mine)


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """Some entries with a few scores each, about half of them late."""
    rules = draw(st.sampled_from(ALL_RULES))
    codes = [code for name, code in rules.codes.items() if name or not rules.components]
    people = draw(st.lists(st.tuples(st.sampled_from([0, 0, 0, 1, 2]), st.sampled_from([0, 0, 0, 1, 3])), max_size=6))
    scores = []
    for number, (entry, component, outcome, minute, value) in enumerate(
        draw(
            st.lists(
                st.tuples(
                    st.integers(1, max(len(people), 1)),
                    st.sampled_from(codes),
                    st.sampled_from(Score.Outcome),
                    st.integers(0, 20),
                    st.integers(0, 3),
                ),
                max_size=25 if people else 0,
            )
        ),
        1,
    ):
        achieved = minute * 60_000_000 + number
        is_submission = rules.is_penalty_contest and component <= 3
        scores.append(
            Scored(entry, component, int(outcome), achieved // 1000 if is_submission else value, achieved, number)
        )
    return World(rules, people, scores)


def is_shown(world: World, entry: int) -> bool:
    """Whether boards show that entry."""
    return world.entries[entry - 1][0] in Entry.SHOWN
