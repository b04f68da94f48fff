"""An entry's result from its attempts."""

from dataclasses import dataclass

import numpy as np

from apps.errors import InvalidInput
from apps.events.columns import Flags, Ints, RankingInput, ScoreColumns
from apps.events.rules import Attempts, Direction, Rules
from apps.events.values import LARGEST_VALUE

# With LARGEST_VALUE this keeps every sum, doubled, within 64 bits.
MAX_ATTEMPTS = 100_000


@dataclass(frozen=True, slots=True)
class Results:
    """One element per entry, in the order of the entries. Where `present` is false the others mean nothing."""

    present: Flags
    order: Ints  # exact: compares as the result does, low or high by the rules' direction
    score: Ints  # as shown, smallest unit


def results(data: RankingInput) -> Results:
    """Each entry's result by the attempts policy, with its adjustment.

    Raises InvalidInput for values, adjustments or numbers of attempts beyond what 64 bits can add up.
    """
    _refuse_overflow(data)
    index = _entry_index(data.entries.ids, data.scores.entry_ids)
    rules, adjustment = data.rules, data.entries.adjustment
    if rules.attempts is Attempts.MEAN_OF_BEST:
        assert rules.best_k is not None  # noqa: S101 (the rules' own validation)
        return _mean_of_best(index, data.scores.values, adjustment, k=rules.best_k, direction=rules.direction)
    counts = np.bincount(index, minlength=len(adjustment))
    if len(counts) and counts.max() > MAX_ATTEMPTS:
        raise InvalidInput(f"an entry has more than {MAX_ATTEMPTS} attempts", place="scores")
    exact = _combined(index, data.scores, len(adjustment), rules) + adjustment
    return Results(present=counts > 0, order=exact, score=exact)


def _refuse_overflow(data: RankingInput) -> None:
    for place, column in (("scores", data.scores.values), ("adjustment", data.entries.adjustment)):
        if len(column) and (column.max() > LARGEST_VALUE or column.min() < -LARGEST_VALUE):
            raise InvalidInput(f"a value is beyond {LARGEST_VALUE} in the smallest unit", place=place)


def _entry_index(ids: Ints, wanted: Ints) -> Ints:
    """For each wanted id its index in `ids`."""
    if not len(wanted):
        return np.empty(0, np.int64)
    order = np.argsort(ids, kind="stable")
    found = np.searchsorted(ids, wanted, sorter=order)
    index = order[np.minimum(found, len(ids) - 1)] if len(ids) else found
    if not len(ids) or not np.array_equal(ids[index], wanted):
        raise ValueError("a score belongs to no entry")
    return index


def _combined(index: Ints, scores: ScoreColumns, entries: int, rules: Rules) -> Ints:
    if rules.attempts is Attempts.SUM:
        result = np.zeros(entries, np.int64)
        np.add.at(result, index, scores.values)
    elif rules.attempts is Attempts.BEST:
        lowest = rules.direction is Direction.LOW
        result = np.full(entries, LARGEST_VALUE if lowest else -LARGEST_VALUE, np.int64)
        (np.minimum if lowest else np.maximum).at(result, index, scores.values)
    else:
        by_attempt = np.argsort(scores.attempts, kind="stable")
        if rules.attempts is Attempts.FIRST:
            by_attempt = by_attempt[::-1]
        result = np.zeros(entries, np.int64)
        result[index[by_attempt]] = scores.values[by_attempt]  # of several for one entry the last one stays
    return result


def _mean_of_best(index: Ints, values: Ints, adjustment: Ints, *, k: int, direction: Direction) -> Results:
    better_first = np.lexsort((values if direction is Direction.LOW else -values, index))
    index, values = index[better_first], values[better_first]
    counts = np.bincount(index, minlength=len(adjustment))
    begins = np.cumsum(counts) - counts
    best = np.arange(len(index)) - begins[index] < k
    total = adjustment * k
    np.add.at(total, index[best], values[best])
    # Half up, exactly: floor(total / k + 1/2).
    return Results(present=counts >= k, order=total, score=(2 * total + k) // (2 * k))
