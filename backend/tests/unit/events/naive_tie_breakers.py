"""Tie-breakers by their definitions: what each compares of one entrant, and how. Without a look at the real thing."""

import hashlib
from collections.abc import Sequence
from fractions import Fraction
from math import inf
from typing import Any, NamedTuple

from apps.events.rules import Rules
from tests.unit.events.naive_contest import naive_sheet
from tests.unit.events.naive_entrants import COMPETING, PENDING, Entrant
from tests.unit.events.naive_results import best_first, half_up, main_marks, main_result, measured, sign

# Behind every number: what an entrant is missing is the worst, whichever way the tie-breaker goes.
MISSING = inf


class Verdict(NamedTuple):
    """The lower order is the better; `shown` stands in the row."""

    order: Fraction | float
    shown: int | None


def verdict(entrant: Entrant, breaker: Any, rules: Rules) -> Verdict:
    """What any tie-breaker but a draw says of one entrant."""
    value, better = _compared(entrant, breaker, rules)
    if value is None:
        return Verdict(MISSING, None)
    return Verdict(Fraction(better * value), half_up(Fraction(value)))


def _compared(entrant: Entrant, breaker: Any, rules: Rules) -> tuple[Fraction | int | None, int]:
    """The value, None if there is none, and 1 if the lower wins or -1 if the higher does."""
    match breaker.by:
        case "measure":
            result = measured(entrant, breaker.name, rules)
            return result.value if result else None, sign(rules.secondary.get(breaker.name, rules).direction)
        case "achieved":
            return _achieved(entrant, rules), 1 if breaker.wins == "earliest" else -1
        case "attempts":
            return _attempts(entrant, rules), 1 if breaker.wins == "fewest" else -1
        case "best_single":
            ranked = best_first(_valid(entrant, rules), rules.direction)
            value = ranked[breaker.nth - 1].value if len(ranked) >= breaker.nth else None
            return value, sign(rules.direction)
        case "count":
            return sum(mark.value == breaker.value for mark in _valid(entrant, rules)), -1
        case "last_accepted":
            return naive_sheet(entrant, rules).last_accepted, 1
        case "manual":
            return entrant.manual, 1
    raise AssertionError(breaker)


def _valid(entrant: Entrant, rules: Rules) -> list[Any]:
    return [mark for name in rules.component_names or [""] for mark in entrant.valid(name)]


def _achieved(entrant: Entrant, rules: Rules) -> int | None:
    if rules.is_penalty_contest:
        return max(naive_sheet(entrant, rules).solutions, default=None)
    result = main_result(entrant, rules)
    return result.achieved if result else None


def _attempts(entrant: Entrant, rules: Rules) -> int:
    if rules.is_penalty_contest:
        return naive_sheet(entrant, rules).attempts
    return sum(mark.outcome != PENDING for mark in main_marks(entrant, rules))


def lot(seed: str, bib: str) -> int:
    """The first 63 bits of SHA-256 over seed, colon and bib."""
    return int(hashlib.sha256(f"{seed}:{bib}".encode()).hexdigest(), 16) >> (256 - 63)


def draw(equals: Sequence[Entrant], seed: str) -> dict[str, Verdict]:
    """Among entrants who are equal so far: between those who compete, if there are several."""
    competing = [entrant for entrant in equals if entrant.standing == COMPETING]
    drawn = competing if len(competing) > 1 else []
    lots = {entrant.bib: lot(seed, entrant.bib) for entrant in drawn}
    nothing = Verdict(MISSING, None)
    return {
        each.bib: Verdict(Fraction(lots[each.bib]), lots[each.bib]) if each in drawn else nothing for each in equals
    }
