"""Results from attempts: those of an entry, of one of its components, or in a secondary measure."""

from dataclasses import dataclass

import numpy as np

from apps.events.columns import Flags, Ints, ScoreColumns
from apps.events.measures import Attempts, Direction, Measure
from apps.events.values import LARGEST_VALUE

# Of an entry, over all its components; and as many in all its secondary measures.
# With LARGEST_VALUE this keeps every sum, doubled, within 64 bits.
MAX_ATTEMPTS = 100_000
NEVER = np.iinfo(np.int64).min  # the moment of what was not achieved


@dataclass(frozen=True, slots=True)
class Results:
    """One element per group. Where `present` is false the others mean nothing."""

    present: Flags
    total: Ints  # the result, exactly, times the divisor
    divisor: int = 1

    @property
    def score(self) -> Ints:
        """The result as shown, in the smallest unit: rounded half up, floor(total / divisor + 1/2)."""
        return self.total if self.divisor == 1 else (2 * self.total + self.divisor) // (2 * self.divisor)


@dataclass(frozen=True, slots=True)
class Grouped:
    """Valid scores, each with the group that it belongs to: an entry, or one of an entry's components."""

    group: Ints
    groups: int  # how many groups there are
    attempts: Ints
    values: Ints
    achieved: Ints


def select_scores(scores: ScoreColumns, group: Ints, groups: int, chosen: Flags) -> Grouped:
    """The chosen scores with their groups."""
    return Grouped(group[chosen], groups, scores.attempts[chosen], scores.values[chosen], scores.achieved[chosen])


def combine_attempts(scores: Grouped, measure: Measure) -> Results:
    """Each group's result by the attempts policy."""
    counts = np.bincount(scores.group, minlength=scores.groups)
    if measure.attempts is Attempts.MEAN_OF_BEST:
        k = measure.best_k or 1
        return Results(counts >= k, _sums(scores, counting_attempts(scores, measure)), divisor=k)
    if measure.attempts is Attempts.BEST:
        # Without a sort: most events are of this kind.
        return Results(counts > 0, _best(scores, measure.direction))
    return Results(counts > 0, _sums(scores, counting_attempts(scores, measure)))


def counting_attempts(scores: Grouped, measure: Measure) -> Ints:
    """Indexes of the scores that make up the results; of equal ones that were as good, those achieved first."""
    most = np.bincount(scores.group, minlength=1).max()
    if measure.attempts is Attempts.SUM or most <= (measure.best_k or 1):
        return np.arange(len(scores.group))  # without a sort where there is nothing to choose from
    match measure.attempts:
        case Attempts.FIRST:
            order = np.lexsort((scores.attempts, scores.group))
        case Attempts.LAST:
            order = np.lexsort((-scores.attempts, scores.group))
        case _:
            order = best_first(scores, measure.direction)
    return order[place_in_group(scores.group[order]) < (measure.best_k or 1)]


def best_first(scores: Grouped, direction: Direction) -> Ints:
    """Indexes group by group, the best score first; equal ones as they were achieved."""
    values = scores.values if direction is Direction.LOW else -scores.values
    return np.lexsort((scores.achieved, values, scores.group))


def place_in_group(sorted_group: Ints) -> Ints:
    """0, 1, 2, ... within each run of equal groups."""
    index = np.arange(len(sorted_group))
    begins = np.concatenate(([True], sorted_group[1:] != sorted_group[:-1]))[: len(index)]
    return index - np.maximum.accumulate(np.where(begins, index, 0))


def latest_achieved(scores: Grouped, counting: Ints) -> Ints:
    """When the last of the counting scores of each group was achieved; NEVER without any."""
    latest = np.full(scores.groups, NEVER)
    np.maximum.at(latest, scores.group[counting], scores.achieved[counting])
    return latest


def _sums(scores: Grouped, counting: Ints) -> Ints:
    sums = np.zeros(scores.groups, np.int64)
    np.add.at(sums, scores.group[counting], scores.values[counting])
    return sums


def _best(scores: Grouped, direction: Direction) -> Ints:
    lowest = direction is Direction.LOW
    result = np.full(scores.groups, LARGEST_VALUE if lowest else -LARGEST_VALUE, np.int64)
    (np.minimum if lowest else np.maximum).at(result, scores.group, scores.values)
    return result
