"""Results by their definitions, one entrant at a time, in exact fractions: without a look at the real thing."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import floor

from apps.events.measures import Attempts, Combine, Components, Direction, Measure
from apps.events.rules import Rules
from tests.unit.events.naive_entrants import PENDING, Entrant, Mark


@dataclass(frozen=True)
class Result:
    """A result before its adjustment, and the marks that it is made of."""

    value: Fraction
    made_of: tuple[Mark, ...]

    @property
    def shown(self) -> int:
        """Rounded half up."""
        return half_up(self.value)

    @property
    def achieved(self) -> int:
        """When it stood as it is: with the last of its marks."""
        return max(mark.achieved for mark in self.made_of)


def half_up(value: Fraction) -> int:
    """The nearest integer; of two the higher."""
    return floor(value + Fraction(1, 2))


def sign(direction: Direction) -> int:
    """What turns values into numbers of which the lower is the better."""
    return 1 if direction is Direction.LOW else -1


def best_first(marks: Sequence[Mark], direction: Direction) -> list[Mark]:
    """The best first; of equal ones the one that was achieved first."""
    return sorted(marks, key=lambda mark: (sign(direction) * mark.value, mark.achieved))


def from_attempts(valid: Sequence[Mark], measure: Measure) -> Result | None:
    """By the attempts policy. Rejected and pending attempts are none to choose from."""
    k = measure.best_k or 1
    if len(valid) < k:
        return None
    ranked = best_first(valid, measure.direction)
    in_order = sorted(valid, key=lambda mark: mark.attempt)
    made_of = {
        Attempts.BEST: ranked[:1],
        Attempts.FIRST: in_order[:1],
        Attempts.LAST: in_order[-1:],
        Attempts.SUM: in_order,
        Attempts.MEAN_OF_BEST: ranked[:k],
    }[measure.attempts]
    return Result(Fraction(sum(mark.value for mark in made_of), k), tuple(made_of))


def from_components(parts: Sequence[Result | None], components: Components, direction: Direction) -> Result | None:
    """Those that are missing are the worst ones: they are the first to be dropped as such."""
    present = [part for part in parts if part is not None]
    missing = len(parts) - len(present)
    if len(present) < (components.required or len(parts)):
        return None
    ranked = sorted(present, key=lambda part: sign(direction) * part.value)  # of equal ones the earlier in the rules
    worst_to_drop = max(components.drop_worst - missing, 0)
    counting = ranked[components.drop_best : len(ranked) - worst_to_drop]
    if components.combine is Combine.BEST:
        counting = counting[:1]
    divisor = len(counting) if components.combine is Combine.MEAN else 1
    total = sum((part.value for part in counting), Fraction(0))
    return Result(total / divisor, tuple(mark for part in counting for mark in part.made_of))


def main_result(entrant: Entrant, rules: Rules) -> Result | None:
    """Of an event that is no penalty contest; without the adjustment."""
    if rules.components is None:
        return from_attempts(entrant.valid(""), rules)
    parts = [from_attempts(entrant.valid(name), rules) for name in rules.components.names]
    return from_components(parts, rules.components, rules.direction)


def measured(entrant: Entrant, name: str, rules: Rules) -> Result | None:
    """In a secondary measure or in one component."""
    return from_attempts(entrant.valid(name), rules.secondary.get(name, rules))


def main_marks(entrant: Entrant, rules: Rules) -> list[Mark]:
    """Those of the main measure, whatever became of them."""
    return [mark for mark in entrant.marks if mark.component not in rules.secondary]


def pending_count(marks: Iterable[Mark]) -> int:
    """How many of them are not judged yet."""
    return sum(mark.outcome == PENDING for mark in marks)
