"""Rankings by their definitions, one entry at a time: slow, short, and written without a look at the real thing."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import floor
from typing import NamedTuple

import numpy as np
from hypothesis import strategies as st

from apps.events.columns import BIB_DTYPE, NO_ORDER, EntryColumns, RankingInput
from apps.events.measures import Attempts, Direction
from apps.events.models import Entry
from apps.events.result import RankingResult
from apps.events.rules import Rules, Ties
from tests.columns import plain_scores

COMPETING, OUT = Entry.Standing.COMPETING, Entry.Standing.OUT_OF_COMPETITION
SHOWN = (COMPETING, OUT)


@dataclass(frozen=True)
class Runner:
    bib: str
    scores: tuple[int, ...] = ()  # by attempt
    standing: int = COMPETING
    status: int = Entry.Status.FINISHED
    adjustment: int = 0
    divisions: dict[str, str] = field(default_factory=dict)


class Line(NamedTuple):
    bib: str
    rank: int | None
    tied: bool
    score: int | None
    status: int
    standing: int


Boards = dict[str, list[Line]]


def exact_result(runner: Runner, rules: Rules) -> Fraction | None:
    """By the attempts policy, adjusted, unrounded; None for who has no place."""
    scores = runner.scores
    if runner.status != Entry.Status.FINISHED or len(scores) < (rules.best_k or 1):
        return None
    best_first = sorted(scores, reverse=rules.direction is Direction.HIGH)
    combined = {
        Attempts.BEST: Fraction(best_first[0]),
        Attempts.FIRST: Fraction(scores[0]),
        Attempts.LAST: Fraction(scores[-1]),
        Attempts.SUM: Fraction(sum(scores)),
        Attempts.MEAN_OF_BEST: Fraction(sum(best_first[: rules.best_k]), rules.best_k or 1),
    }
    return combined[rules.attempts] + runner.adjustment


def naive_board(runners: Sequence[Runner], rules: Rules) -> list[Line]:
    """Everyone of them who is shown, in display order."""
    exact = {runner.bib: exact_result(runner, rules) for runner in runners}
    competing = [r for r in runners if r.standing == COMPETING and exact[r.bib] is not None]
    sign = 1 if rules.direction is Direction.LOW else -1

    def result(runner: Runner) -> Fraction:
        return sign * (exact[runner.bib] or Fraction(0))

    def display_key(runner: Runner) -> tuple[object, ...]:
        by_bib = (len(runner.bib), runner.bib)
        if exact[runner.bib] is None:
            return (1, runner.status, 0, by_bib)
        return (0, result(runner), runner.standing == OUT, by_bib)

    def rank(runner: Runner) -> int:
        better = [other for other in competing if result(other) < result(runner)]
        equal = [other for other in competing if result(other) == result(runner)]
        return {
            Ties.COMPETITION: 1 + len(better),
            Ties.MODIFIED: len(better) + len(equal),
            Ties.DENSE: 1 + len({result(other) for other in better}),
            Ties.ORDINAL: 1 + len([other for other in competing if display_key(other) < display_key(runner)]),
        }[rules.ties]

    def line(runner: Runner) -> Line:
        value = exact[runner.bib]
        is_ranked = runner in competing
        return Line(
            runner.bib,
            rank(runner) if is_ranked else None,
            is_ranked and sum(result(other) == result(runner) for other in competing) > 1,
            None if value is None else floor(value + Fraction(1, 2)),
            runner.status,
            runner.standing,
        )

    return [line(runner) for runner in sorted(runners, key=display_key) if runner.standing in SHOWN]


def naive_boards(runners: Sequence[Runner], rules: Rules) -> Boards:
    boards = {"overall": naive_board(runners, rules)}
    keys = {(dimension, value) for r in runners if r.standing in SHOWN for dimension, value in r.divisions.items()}
    for dimension, value in sorted(keys):
        members = [runner for runner in runners if runner.divisions.get(dimension) == value]
        boards[f"{dimension}:{value}"] = naive_board(members, rules)
    return boards


def to_columns(runners: Sequence[Runner], rules: Rules, ids: Sequence[int] | None = None) -> RankingInput:
    """The runners as columns in their order; `ids` of their entries, of which the sets' ids are made as well."""
    ids = ids or range(1, len(runners) + 1)
    sets: dict[int, dict[str, str]] = {}
    for number, runner in zip(ids, runners, strict=True):
        if runner.divisions not in sets.values():
            sets[number * 7] = runner.divisions
    set_ids = [next(key for key, values in sets.items() if values == runner.divisions) for runner in runners]
    scores = [
        (number, attempt, value)
        for number, runner in zip(ids, runners, strict=True)
        for attempt, value in enumerate(runner.scores, 1)
    ]
    # Attempts of all entries mixed, the last ones first.
    scores.sort(key=lambda score: (-score[1], score[2]))
    return RankingInput(
        input_version=1,
        rules=rules,
        entries=EntryColumns(
            ids=np.array(ids, np.int64),
            bibs=np.array([runner.bib for runner in runners], BIB_DTYPE),
            standing=np.array([runner.standing for runner in runners], np.uint8),
            status=np.array([runner.status for runner in runners], np.uint8),
            adjustment=np.array([runner.adjustment for runner in runners], np.int64),
            manual_order=np.full(len(runners), NO_ORDER, np.int64),
            division_set=np.array(set_ids, np.int64),
        ),
        scores=plain_scores(scores),
        division_sets=sets,
    )


def to_boards(result: RankingResult) -> Boards:
    return {
        board.key: [
            Line(
                result.bibs[row].decode(),
                int(rank) or None,
                bool(tied),
                int(result.score[row]) if result.has_score[row] else None,
                int(result.status[row]),
                int(result.standing[row]),
            )
            for row, rank, tied in zip(board.rows, board.rank, board.tied, strict=True)
        ]
        for board in result.boards
    }


@st.composite
def any_rules(draw: st.DrawFn) -> Rules:
    attempts = draw(st.sampled_from(Attempts))
    return Rules.model_validate(
        {
            "metric": "points",
            "direction": draw(st.sampled_from(Direction)),
            "attempts": attempts,
            "best_k": draw(st.integers(1, 3)) if attempts is Attempts.MEAN_OF_BEST else None,
            "ties": draw(st.sampled_from(Ties)),
        }
    )


# Any, and such as differ in their last characters only.
BIBS = st.text("0129AZaz!~", min_size=1, max_size=23) | st.builds(
    "{}{}".format, st.sampled_from(["", "A" * 6, "A" * 7, "A" * 14, "A" * 21]), st.text("01", min_size=1, max_size=2)
)
# Few different values, so that most results are shared; and the largest that there are.
VALUES = st.integers(-3, 3) | st.sampled_from([-(10**13), 10**13])
DIVISIONS = st.fixed_dictionaries(
    {}, optional={"sex": st.sampled_from("FM"), "age": st.sampled_from(["18", "40", "São"])}
)


def any_runners(min_size: int = 0) -> st.SearchStrategy[list[Runner]]:
    runner = st.builds(
        Runner,
        bib=BIBS,
        scores=st.lists(VALUES, max_size=4).map(tuple),
        standing=st.sampled_from([0, 0, 0, 1, 2, 3]),
        status=st.sampled_from([0, 0, 0, 0, 1, 2, 3]),
        adjustment=st.sampled_from([0, 0, 1, -1]),
        divisions=DIVISIONS,
    )
    return st.lists(runner, min_size=min_size, max_size=12, unique_by=lambda r: r.bib)
