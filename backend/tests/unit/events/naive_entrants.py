"""Who is ranked by the naive definitions: entrants with their marks, as a referee would note them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from apps.events.models import Entry, Score

COMPETING, OUT, HIDDEN = Entry.Standing.COMPETING, Entry.Standing.OUT_OF_COMPETITION, Entry.Standing.HIDDEN
SHOWN = (COMPETING, OUT)
VALID, REJECTED, PENDING = Score.Outcome.VALID, Score.Outcome.REJECTED, Score.Outcome.PENDING


class Mark(NamedTuple):
    """What is noted of one attempt."""

    component: str  # or a secondary measure; empty: the main measure of an event without components
    attempt: int
    outcome: int
    value: int
    achieved: int  # microseconds since 1970


@dataclass(frozen=True)
class Entrant:
    """An entry and all its marks."""

    bib: str
    marks: tuple[Mark, ...] = ()
    standing: int = COMPETING
    status: int = Entry.Status.FINISHED
    adjustment: int = 0
    manual: int | None = None
    divisions: dict[str, str] = field(default_factory=dict)

    def valid(self, component: str) -> list[Mark]:
        """Its valid marks of one component or secondary measure."""
        return [mark for mark in self.marks if mark.component == component and mark.outcome == VALID]


def marks(*values: int | str | None, component: str = "", start: int = 1) -> tuple[Mark, ...]:
    """Attempts 1, 2, 3 ... achieved in that order; "x" is a rejected one, None one that is pending."""
    outcomes = {"x": REJECTED, None: PENDING}
    return tuple(
        Mark(component, number, outcomes[value], 0, start + number)
        if value is None or isinstance(value, str)
        else Mark(component, number, VALID, value, start + number)
        for number, value in enumerate(values, 1)
    )


def runner(bib: str, *values: int | str | None, start: int = 1, **rest: Any) -> Entrant:
    """An entrant of an event without components."""
    return Entrant(bib, marks(*values, start=start), **rest)


def only(entrants: Sequence[Entrant], *standings: int) -> list[Entrant]:
    """Those with such a standing."""
    return [entrant for entrant in entrants if entrant.standing in standings]
