"""The results of a penalty contest: most problems solved, then least penalty."""

from dataclasses import dataclass

import numpy as np

from apps.errors import InvalidInput
from apps.events.attempts import NEVER
from apps.events.columns import Codes, Ints, ScoreColumns
from apps.events.models import Score
from apps.events.rules import Rules

# Penalties stay below this, so that problems solved and penalty compare as one number within 64 bits.
PENALTY_LIMIT = 2**40  # units of penalty
LATEST_SUBMISSION = 10**10  # milliseconds since the start, some 115 days
MOST_SUBMISSIONS = 2**14 - 1  # of an entry for one problem: what a cell can tell

_TIME_SHIFT, _PENDING_SHIFT, _ATTEMPTS_SHIFT = 30, 15, 1


@dataclass(frozen=True, slots=True)
class Contest:
    """One element per entry, and per entry and problem where it says so."""

    solved: Ints
    penalty: Ints  # units of penalty
    last_accepted: Ints  # units of penalty; 0 if nothing is solved
    last_achieved: Ints  # when the last solution was achieved; NEVER if nothing is solved
    attempts: Ints  # judged ones; those after a solution change nothing and are not among them
    pending: Ints
    cells: Ints  # entries x problems, packed; see Cell


@dataclass(frozen=True, slots=True)
class Cell:
    """What an entry did about one problem."""

    solved: bool
    attempts: int  # judged ones, up to and with the solution
    pending: int
    time: int  # of the solution, in units of penalty; 0 if it is not solved


def unpack_cell(packed: int) -> Cell:
    """A cell from the number that rows carry."""
    return Cell(
        solved=bool(packed & 1),
        attempts=packed >> _ATTEMPTS_SHIFT & 0x3FFF,
        pending=packed >> _PENDING_SHIFT & 0x7FFF,
        time=packed >> _TIME_SHIFT,
    )


def check_submission(milliseconds: int) -> int:
    """The time of a submission. Raises InvalidInput for one that no ranking could count."""
    if milliseconds > LATEST_SUBMISSION:
        raise InvalidInput(f"a submission is at most {LATEST_SUBMISSION} ms after the start")
    return milliseconds


def judge_contest(scores: ScoreColumns, index: Ints, adjustment: Ints, rules: Rules) -> Contest:
    """The contest's results; `index` is each score's entry.

    A submission counts by its time; of several at one moment the one with the lower attempt comes first. What comes
    after the first accepted one changes nothing. Adjustments, in milliseconds, are added to the penalty as whole units,
    rounded down. Raises InvalidInput for times or numbers of submissions too large.
    """
    penalty, width = rules.penalty_rule, len(rules.component_names)
    chosen = (scores.components >= 1) & (scores.components <= width)
    groups = len(adjustment) * width
    group = index[chosen] * width + scores.components[chosen] - 1
    _refuse_overflow(scores.values[chosen & (scores.outcomes != Score.Outcome.PENDING)], _count(group, groups))
    outcome, time, achieved = scores.outcomes[chosen], scores.values[chosen], scores.achieved[chosen]
    order = np.lexsort((scores.attempts[chosen], time, group))
    group, outcome, time, achieved = group[order], outcome[order], time[order], achieved[order]
    solution = _first_accepted(group, outcome, groups)
    is_solved = solution < len(group)
    before = np.arange(len(group)) < solution[group]
    rejected = _count(group[before & (outcome == Score.Outcome.REJECTED)], groups)
    # A hidden submission has no time: it may have come before the solution or after it.
    pending = _count(group[(outcome == Score.Outcome.PENDING) & ~is_solved[group]], groups)
    solved_at, achieved_at = np.zeros(groups, np.int64), np.full(groups, NEVER)
    solved_at[is_solved] = time[solution[is_solved]] // penalty.unit_ms
    achieved_at[is_solved] = achieved[solution[is_solved]]
    costs = np.where(is_solved, solved_at + rejected * penalty.per_rejected, 0).reshape(-1, width)
    cells = is_solved | (rejected + is_solved) << _ATTEMPTS_SHIFT | pending << _PENDING_SHIFT | solved_at << _TIME_SHIFT
    return Contest(
        solved=is_solved.reshape(-1, width).sum(axis=1),
        penalty=costs.sum(axis=1) + adjustment // penalty.unit_ms,
        last_accepted=solved_at.reshape(-1, width).max(axis=1, initial=0),
        last_achieved=achieved_at.reshape(-1, width).max(axis=1, initial=NEVER),
        attempts=(rejected + is_solved).reshape(-1, width).sum(axis=1),
        pending=pending.reshape(-1, width).sum(axis=1),
        cells=cells.reshape(-1, width),
    )


def contest_order(contest: Contest) -> Ints:
    """One number for each entry that is larger for the better one."""
    if len(contest.penalty) and np.abs(contest.penalty).max() >= PENALTY_LIMIT:
        raise InvalidInput(f"a penalty is beyond {PENALTY_LIMIT}", place="adjustment")
    return contest.solved * (2 * PENALTY_LIMIT) - contest.penalty


def _refuse_overflow(judged_times: Ints, submissions: Ints) -> None:
    if judged_times.max(initial=0) > LATEST_SUBMISSION or judged_times.min(initial=0) < 0:
        raise InvalidInput(f"a submission is not within {LATEST_SUBMISSION} ms after the start", place="scores")
    if submissions.max(initial=0) > MOST_SUBMISSIONS:
        raise InvalidInput(f"a problem has more than {MOST_SUBMISSIONS} submissions of one entry", place="scores")


def _first_accepted(group: Ints, outcome: Codes, groups: int) -> Ints:
    """The index of each group's first accepted submission; behind the last index if there is none."""
    first = np.full(groups, len(group), np.int64)
    accepted = np.flatnonzero(outcome == Score.Outcome.VALID)[::-1]
    first[group[accepted]] = accepted  # of several the first one stays
    return first


def _count(group: Ints, groups: int) -> Ints:
    return np.bincount(group, minlength=groups).astype(np.int64)
