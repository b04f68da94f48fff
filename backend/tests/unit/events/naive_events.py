"""Any event: rules, and entrants with marks that fit them. Few different values, so that most results are shared."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count

from hypothesis import strategies as st

from apps.events.rules import Rules
from tests.unit.events.naive_entrants import PENDING, REJECTED, VALID, Entrant, Mark
from tests.unit.events.naive_rules import any_rules

# Any, and such as differ in their last characters only.
BIBS = st.text("0129AZaz!~", min_size=1, max_size=23) | st.builds(
    "{}{}".format, st.sampled_from(["", "A" * 6, "A" * 7, "A" * 14, "A" * 21]), st.text("01", min_size=1, max_size=2)
)
DIVISIONS = st.fixed_dictionaries(
    {}, optional={"sex": st.sampled_from("FM"), "age": st.sampled_from(["18", "40", "São"])}
)
STANDINGS = st.sampled_from([0, 0, 0, 0, 0, 0, 0, 1, 1, 2, 3])
STATUSES = st.sampled_from([0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3])
MANUAL = st.sampled_from([None, 0, 1, 1, 2])

# Few, around zero; and the largest that there are.
VALUES = (0, 1, 2, 3, -1, 2, 1, 0, -(10**13), 10**13)
TIMES = (0, 59_999, 60_000, 60_001, 119_000, 120_000, 10**10)  # of submissions, in milliseconds
OUTCOMES = (VALID, VALID, VALID, VALID, REJECTED, REJECTED, PENDING)
SHIFTS = (0, 0, 0, 1, 2)  # mostly one component after the other, so that few are missing
MOMENTS = (5, 1, 2, 3, 4, -7)  # the last one before 1970


@dataclass(frozen=True)
class AnyEvent:
    """What there is to rank."""

    rules: Rules
    entrants: tuple[Entrant, ...]


def any_marks(rules: Rules) -> st.SearchStrategy[tuple[Mark, ...]]:
    """Of one entrant. Attempts count up in each component, whatever the moments say."""
    names = sorted((name for name in rules.codes if name or rules.components is None), key=rules.codes.__getitem__)
    # One number for each mark: drawn many times as fast as its parts.
    most = len(SHIFTS) * len(OUTCOMES) * len(VALUES) * len(MOMENTS)
    return st.lists(st.integers(0, most - 1), max_size=9).map(lambda numbers: _numbered(numbers, names, rules))


def _numbered(numbers: Sequence[int], names: Sequence[str], rules: Rules) -> tuple[Mark, ...]:
    attempts = {name: count(1) for name in names}
    made = []
    for place, number in enumerate(numbers):
        number, shift = divmod(number, len(SHIFTS))
        number, outcome = divmod(number, len(OUTCOMES))
        number, value = divmod(number, len(VALUES))
        component = names[(place + SHIFTS[shift]) % len(names)]
        values = TIMES if rules.is_penalty_contest and component not in rules.secondary else VALUES
        made.append(
            Mark(component, next(attempts[component]), OUTCOMES[outcome], values[value % len(values)], MOMENTS[number])
        )
    return tuple(made)


@st.composite
def any_entrants(draw: st.DrawFn, rules: Rules, min_size: int = 0, max_size: int = 9) -> tuple[Entrant, ...]:
    """Several have the same marks, so that every tie-breaker has something to decide or nothing."""
    least = draw(st.sampled_from([max_size // 2, min_size]))  # not mostly few, of whom hardly any would be equal
    bibs = draw(st.lists(BIBS, min_size=least, max_size=max_size, unique=True))
    sheets = draw(st.lists(any_marks(rules), min_size=1, max_size=4))
    adjustments = st.sampled_from([0, 0, 0, 1, -1] if not rules.is_penalty_contest else [0, 0, 0, 60_000, -1])
    entrant = st.builds(
        Entrant,
        marks=st.sampled_from(sheets) | any_marks(rules),
        standing=STANDINGS,
        status=STATUSES,
        adjustment=adjustments,
        manual=MANUAL,
        divisions=DIVISIONS,
        bib=st.just(""),
    )
    return tuple(Entrant(**{**vars(draw(entrant)), "bib": bib}) for bib in bibs)


@st.composite
def any_events(draw: st.DrawFn, min_size: int = 0) -> AnyEvent:
    """An event with that many entrants at least."""
    rules = draw(any_rules())
    return AnyEvent(rules, draw(any_entrants(rules, min_size)))
