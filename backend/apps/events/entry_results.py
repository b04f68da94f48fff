"""What each entry achieved: its result, and whatever else its row tells."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from apps.errors import InvalidInput
from apps.events.attempts import (
    MAX_ATTEMPTS,
    NEVER,
    Grouped,
    Results,
    combine_attempts,
    counting_attempts,
    latest_achieved,
    select_scores,
)
from apps.events.columns import Flags, Ints, RankingInput
from apps.events.components import combine_components
from apps.events.measures import Direction, Measure
from apps.events.models import Score
from apps.events.penalty_contest import Contest, contest_order, judge_contest
from apps.events.values import LARGEST_VALUE

_TABLE_PER_ROW = 4  # how much larger than entries and scores a table may be that finds entries by their ids
PENDING = "pending"  # the detail that counts them


@dataclass(frozen=True, slots=True)
class Detail:
    """A column that rows tell beside their score."""

    name: str
    known: Flags
    values: Ints


class EntryResults:
    """The results of an event's entries. Every column has one element per entry, in the order of the entries.

    Raises InvalidInput for values, adjustments or numbers of attempts beyond what 64 bits can add up.
    """

    def __init__(self, data: RankingInput) -> None:
        _refuse_overflow(data)
        self.data = data
        self.rules = data.rules
        self.count = len(data.entries.ids)
        self.index = _entry_index(data.entries.ids, data.scores.entry_ids)  # of each score's entry
        self.is_valid = data.scores.outcomes == Score.Outcome.VALID
        self.width = len(self.rules.component_names)  # 0: no components
        codes = data.scores.components
        self.is_main = (codes >= 1) & (codes <= self.width) if self.width else codes == 0
        for chosen in (self.is_main, ~self.is_main):
            if np.bincount(self.index[chosen], minlength=1).max() > MAX_ATTEMPTS:
                raise InvalidInput(f"an entry has more than {MAX_ATTEMPTS} attempts", place="scores")

    @cached_property
    def contest(self) -> Contest | None:
        """The results of a penalty contest; None if it is another event."""
        if not self.rules.is_penalty_contest:
            return None
        return judge_contest(self.data.scores, self.index, self.data.entries.adjustment, self.rules)

    @cached_property
    def main(self) -> Grouped:
        """The valid scores that the result is made of, by entry."""
        return select_scores(self.data.scores, self.index, self.count, self.is_main & self.is_valid)

    @cached_property
    def parts(self) -> Grouped:
        """The same by entry and component."""
        chosen = self.is_main & self.is_valid
        group = self.index * max(self.width, 1) + np.maximum(self.data.scores.components.astype(np.int64) - 1, 0)
        return select_scores(self.data.scores, group, self.count * max(self.width, 1), chosen)

    @cached_property
    def part_results(self) -> Results:
        """The result of each entry in each component."""
        return combine_attempts(self.parts, self.rules)

    @cached_property
    def _combined(self) -> tuple[Results, Flags]:
        if self.rules.components is None:
            raise ValueError("there are no components")
        return combine_components(self.part_results, self.rules.components, self.rules.direction)

    @cached_property
    def result(self) -> Results:
        """The result, with its adjustment: of a penalty contest the problems solved."""
        if self.contest is not None:
            # Whoever takes part has a result, solved or not.
            return Results(np.ones(self.count, np.bool_), self.contest.solved)
        result = self._combined[0] if self.rules.components else combine_attempts(self.main, self.rules)
        adjusted = result.total + self.data.entries.adjustment * result.divisor
        return Results(result.present, adjusted, result.divisor)

    @cached_property
    def order(self) -> Ints:
        """A number that is lower for the better result, whatever wins."""
        if self.contest is not None:
            return -contest_order(self.contest)
        return lower_first(self.result.total, self.rules)

    @cached_property
    def pending(self) -> Ints:
        """How many scores are not judged, or not shown, yet: those of secondary measures too."""
        chosen = self.data.scores.outcomes == Score.Outcome.PENDING
        if self.contest is not None:
            # Of its problems those that are not solved already.
            chosen &= ~self.is_main
        counts = np.bincount(self.index[chosen], minlength=self.count).astype(np.int64)
        return counts if self.contest is None else counts + self.contest.pending

    @cached_property
    def attempts(self) -> Ints:
        """How many were used: judged ones, valid or not; in a penalty contest none after a solution."""
        if self.contest is not None:
            return self.contest.attempts
        judged = self.is_main & (self.data.scores.outcomes != Score.Outcome.PENDING)
        return np.bincount(self.index[judged], minlength=self.count).astype(np.int64)

    @cached_property
    def achieved(self) -> Ints:
        """When the result stood as it is: microseconds since 1970 UTC; NEVER if there is none."""
        if self.contest is not None:
            return self.contest.last_achieved
        if self.rules.components is None:
            return latest_achieved(self.main, counting_attempts(self.main, self.rules))
        latest = latest_achieved(self.parts, counting_attempts(self.parts, self.rules))
        of_counting: Ints = np.where(self._combined[1], latest.reshape(-1, self.width), NEVER).max(axis=1)
        return of_counting

    def measured(self, name: str) -> Results:
        """The results in a secondary measure or in one component."""
        code = self.rules.codes[name]
        if name in self.rules.secondary:
            chosen = self.is_valid & (self.data.scores.components == code)
            scores = select_scores(self.data.scores, self.index, self.count, chosen)
            return combine_attempts(scores, self.rules.secondary[name])
        parts = self.part_results
        present, total = parts.present.reshape(-1, self.width), parts.total.reshape(-1, self.width)
        return Results(present[:, code - 1], total[:, code - 1], parts.divisor)

    def details(self) -> Iterator[Detail]:
        """What rows tell beside score and tie-breakers: pending scores, the contest's cells, every measure."""
        known = np.ones(self.count, np.bool_)
        yield Detail(PENDING, known, self.pending)
        if self.contest is not None:
            yield Detail("penalty", known, self.contest.penalty)
            for number, name in enumerate(self.rules.component_names):
                yield Detail(name, known, self.contest.cells[:, number])
        for name in self.rules.measured_names:
            results = self.measured(name)
            yield Detail(name, results.present, results.score)


def lower_first(total: Ints, measure: Measure) -> Ints:
    """Results as numbers of which the lower is the better."""
    return total if measure.direction is Direction.LOW else -total


def _refuse_overflow(data: RankingInput) -> None:
    for place, column in (("scores", data.scores.values), ("adjustment", data.entries.adjustment)):
        if len(column) and (column.max() > LARGEST_VALUE or column.min() < -LARGEST_VALUE):
            raise InvalidInput(f"a value is beyond {LARGEST_VALUE} in the smallest unit", place=place)


def _entry_index(ids: Ints, wanted: Ints) -> Ints:
    """For each wanted id its index in `ids`."""
    if not len(wanted):
        return np.empty(0, np.int64)
    found: Ints | None = None
    if len(ids) and ids.min() <= wanted.min() and wanted.max() <= ids.max():
        found = _found_among(ids, wanted)
    if found is None or not np.array_equal(ids[found], wanted):
        raise ValueError("a score belongs to no entry")
    return found


def _found_among(ids: Ints, wanted: Ints) -> Ints:
    """The same for wanted ids between the lowest and the highest; any index where there is none."""
    lowest, span = ids.min(), int(ids.max() - ids.min()) + 1
    if span > _TABLE_PER_ROW * (len(ids) + len(wanted)):
        order = np.argsort(ids, kind="stable")
        return order[np.searchsorted(ids, wanted, sorter=order)]
    # The ids of one event are mostly near each other: a table of all between finds them many times as fast.
    table = np.zeros(span, np.int64)
    table[ids - lowest] = np.arange(len(ids))
    found: Ints = table[wanted - lowest]
    return found
