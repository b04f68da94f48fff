"""The input of a ranking of any size, made in memory: many equal results, for tie-breakers to tell apart."""

from collections.abc import Mapping

import numpy as np

from apps.events.columns import BIB_DTYPE, NO_ORDER, EntryColumns, Ints, RankingInput, ScoreColumns
from apps.events.models import Entry, Score
from apps.events.rules import parse_rules

RACE = {
    "metric": "duration",
    "direction": "low",
    "secondary": {"style": {"metric": "points", "direction": "high", "attempts": "sum"}},
    "tie_breakers": [{"by": "measure", "name": "style"}, {"by": "achieved"}, {"by": "draw", "seed": "2026"}],
}
PROBLEMS = 12
CONTEST = {
    "metric": "penalty_contest",
    "direction": "high",
    "components": {"names": [f"P{number}" for number in range(1, PROBLEMS + 1)]},
    "tie_breakers": [{"by": "last_accepted"}, {"by": "attempts"}, {"by": "draw", "seed": "2026"}],
}
_SEXES = ("F", "M")
_AGES = ("18-34", *(f"{age}-{age + 4}" for age in range(35, 85, 5)), "85+")
_SETS = dict(enumerate({"sex": sex, "age": age} for sex in _SEXES for age in _AGES))


def make_race(entries: int) -> RankingInput:
    """A time and a mark for style each: six in ten share their time with another, and four in ten need the draw."""
    rng = np.random.default_rng(entries)
    ids = np.arange(1, entries + 1)
    times = rng.integers(0, entries, entries)  # as many different ones as entries: as dense in an event of any size
    scores = ScoreColumns(
        entry_ids=np.concatenate((ids, ids)),
        components=np.repeat(np.array([0, 1], np.uint8), entries),
        attempts=np.ones(2 * entries, np.int64),
        outcomes=np.zeros(2 * entries, np.uint8),
        values=np.concatenate((7_200_000 + times * 1000, rng.integers(0, 2, entries))),
        achieved=np.concatenate((1_000_000 * times, np.zeros(entries, np.int64))),
    )
    return _input(RACE, _entries(rng, ids), _shuffled(rng, scores))


def make_contest(teams: int) -> RankingInput:
    """A contest in which each team hands in two solutions to each problem on average."""
    rng = np.random.default_rng(teams)
    ids = np.arange(1, teams + 1)
    submissions = 2 * PROBLEMS * teams
    minutes = rng.integers(0, 300, submissions)
    outcomes = [Score.Outcome.VALID, Score.Outcome.REJECTED, Score.Outcome.PENDING]
    scores = ScoreColumns(
        entry_ids=rng.integers(1, teams + 1, submissions),
        components=rng.integers(1, PROBLEMS + 1, submissions).astype(np.uint8),
        attempts=np.arange(1, submissions + 1),
        outcomes=rng.choice(np.array(outcomes, np.uint8), submissions, p=[0.3, 0.65, 0.05]),
        values=minutes * 60_000,
        achieved=minutes * 60_000_000,
    )
    return _input(CONTEST, _entries(rng, ids), scores)


def _input(rules: Mapping[str, object], entries: EntryColumns, scores: ScoreColumns) -> RankingInput:
    return RankingInput(1, parse_rules(rules), entries, scores, division_sets=_SETS)


def _entries(rng: np.random.Generator, ids: Ints) -> EntryColumns:
    count = len(ids)
    statuses = [Entry.Status.FINISHED, Entry.Status.DNF, Entry.Status.DNS]
    return EntryColumns(
        ids=ids,
        bibs=ids.astype("S7").astype(BIB_DTYPE),
        standing=np.zeros(count, np.uint8),
        status=rng.choice(np.array(statuses, np.uint8), count, p=[0.96, 0.03, 0.01]),
        adjustment=np.zeros(count, np.int64),
        manual_order=np.full(count, NO_ORDER, np.int64),
        division_set=rng.integers(0, len(_SETS), count),
    )


def _shuffled(rng: np.random.Generator, scores: ScoreColumns) -> ScoreColumns:
    """As they come from a table: in no order that helps."""
    order = rng.permutation(len(scores.entry_ids))
    return ScoreColumns(
        scores.entry_ids[order],
        scores.components[order],
        scores.attempts[order],
        scores.outcomes[order],
        scores.values[order],
        scores.achieved[order],
    )
