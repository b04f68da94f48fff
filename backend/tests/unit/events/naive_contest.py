"""Penalty contests by their definition, one problem at a time: without a look at the real thing."""

from dataclasses import dataclass
from typing import NamedTuple

from apps.events.rules import Rules
from tests.unit.events.naive_entrants import PENDING, REJECTED, VALID, Entrant


class NaiveCell(NamedTuple):
    """What a row tells of one problem."""

    solved: bool
    attempts: int  # judged, up to and with the solution
    pending: int
    time: int  # in units of penalty


@dataclass(frozen=True)
class Sheet:
    """What an entrant did in a contest."""

    cells: dict[str, NaiveCell]
    penalty: int
    solutions: tuple[int, ...]  # when each was achieved

    @property
    def solved(self) -> int:
        """How many problems."""
        return len(self.solutions)

    @property
    def last_accepted(self) -> int | None:
        """The time of the last problem solved."""
        return max((cell.time for cell in self.cells.values() if cell.solved), default=None)

    @property
    def attempts(self) -> int:
        """Those that count: what follows a solution changes nothing."""
        return sum(cell.attempts for cell in self.cells.values())

    @property
    def pending(self) -> int:
        """At problems that are not solved yet."""
        return sum(cell.pending for cell in self.cells.values())


def naive_sheet(entrant: Entrant, rules: Rules) -> Sheet:
    """Problem by problem: the rejected ones before the first accepted one cost, and only where there is one."""
    unit, penalty = rules.penalty_rule.unit_ms, entrant.adjustment // rules.penalty_rule.unit_ms
    cells, solutions = {}, []
    for problem in rules.component_names:
        submissions = [mark for mark in entrant.marks if mark.component == problem]
        judged = sorted((m for m in submissions if m.outcome != PENDING), key=lambda m: (m.value, m.attempt))
        rejected = 0
        for mark in judged:
            if mark.outcome == VALID:
                cells[problem] = NaiveCell(True, rejected + 1, 0, mark.value // unit)
                penalty += mark.value // unit + rejected * rules.penalty_rule.per_rejected
                solutions.append(mark.achieved)
                break
            rejected += mark.outcome == REJECTED
        else:
            cells[problem] = NaiveCell(False, rejected, len(submissions) - len(judged), 0)
    return Sheet(cells, penalty, tuple(solutions))
