"""Rankings by their definitions, one entrant at a time: slow, short, and written without a look at the real thing."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from apps.events.models import Entry
from apps.events.rules import Rules, Ties
from tests.unit.events.naive_contest import naive_sheet
from tests.unit.events.naive_entrants import COMPETING, OUT, SHOWN, Entrant, only
from tests.unit.events.naive_results import half_up, main_result, measured, pending_count, sign
from tests.unit.events.naive_tie_breakers import Verdict, draw, verdict


class Line(NamedTuple):
    """What a board says of one entrant."""

    bib: str
    rank: int | None
    tied: bool
    score: int | None
    status: int
    standing: int
    broken_by: int | None = None
    details: dict[str, Any] = {}


Boards = dict[str, list[Line]]


@dataclass(frozen=True)
class Placed:
    """An entrant with a result: its order (lower is better), what the tie-breakers say, and what is shown."""

    entrant: Entrant
    order: tuple[Any, ...]
    score: int
    verdicts: tuple[Verdict, ...] = ()

    @property
    def key(self) -> tuple[Any, ...]:
        """All that tells it from others."""
        return (self.order, *(each.order for each in self.verdicts))


def by_bib(entrant: Entrant) -> tuple[int, str]:
    return len(entrant.bib), entrant.bib


def _placed(entrant: Entrant, rules: Rules) -> Placed | None:
    if entrant.status != Entry.Status.FINISHED:
        return None
    if rules.is_penalty_contest:
        sheet = naive_sheet(entrant, rules)
        return Placed(entrant, (-sheet.solved, sheet.penalty), sheet.solved)
    result = main_result(entrant, rules)
    if result is None:
        return None
    value = result.value + entrant.adjustment
    return Placed(entrant, (sign(rules.direction) * value,), half_up(value))


def _judged(placed: Sequence[Placed], rules: Rules) -> list[Placed]:
    """With the verdicts of all tie-breakers, one after the other."""
    for breaker in rules.tie_breakers:
        placed = [
            Placed(each.entrant, each.order, each.score, (*each.verdicts, said))
            for each, said in zip(placed, _verdicts(placed, breaker, rules), strict=True)
        ]
    return list(placed)


def _verdicts(placed: Sequence[Placed], breaker: Any, rules: Rules) -> list[Verdict]:
    if breaker.by != "draw":
        return [verdict(each.entrant, breaker, rules) for each in placed]
    return [
        draw([other.entrant for other in placed if other.key == each.key], breaker.seed)[each.entrant.bib]
        for each in placed
    ]


def _details(entrant: Entrant, placed: Placed | None, rules: Rules) -> dict[str, Any]:
    """Each detail that this entrant has. Who is out tells only what is pending, who has no result yet its parts."""
    told: dict[str, Any] = {"pending": pending_count(entrant.marks)}
    if rules.is_penalty_contest:
        sheet = naive_sheet(entrant, rules)
        beside = pending_count(mark for mark in entrant.marks if mark.component in rules.secondary)
        told = {"pending": sheet.pending + beside, "penalty": sheet.penalty, **sheet.cells}
    if entrant.status != Entry.Status.FINISHED:
        return {"pending": told["pending"]}
    for name in (*(() if rules.is_penalty_contest else rules.component_names), *rules.secondary):
        result = measured(entrant, name, rules)
        told[name] = result and result.shown
    for breaker, said in zip(rules.tie_breakers if placed else (), placed.verdicts if placed else (), strict=True):
        told.setdefault(breaker.detail, said.shown)
    return {name: value for name, value in told.items() if value is not None}


def _rank(each: Placed, competing: Sequence[Placed], rules: Rules) -> int:
    better = [other for other in competing if other.key < each.key]
    equal = [other for other in competing if other.key == each.key]
    return {
        Ties.COMPETITION: 1 + len(better),
        Ties.MODIFIED: len(better) + len(equal),
        Ties.DENSE: 1 + len({other.key for other in better}),
        Ties.ORDINAL: 1 + len(better) + sum(by_bib(other.entrant) < by_bib(each.entrant) for other in equal),
    }[rules.ties]


def _broken_by(each: Placed, competing: Sequence[Placed]) -> int | None:
    """The last tie-breaker that it takes to tell it from all competing ones with an equal result."""
    needed = [0]
    for other in competing:
        if other.order == each.order:
            pairs = zip(each.verdicts, other.verdicts, strict=True)
            needed += [number for number, (mine, theirs) in enumerate(pairs, 1) if mine.order != theirs.order][:1]
    return max(needed) or None


def _board(members: Sequence[Entrant], placed: dict[str, Placed], rules: Rules) -> list[Line]:
    competing = [placed[entrant.bib] for entrant in only(members, COMPETING) if entrant.bib in placed]

    def display_key(entrant: Entrant) -> tuple[Any, ...]:
        if (each := placed.get(entrant.bib)) is None:
            return (1, entrant.status, by_bib(entrant))
        return (0, each.key, entrant.standing == OUT, by_bib(entrant))

    def line(entrant: Entrant) -> Line:
        each = placed.get(entrant.bib)
        is_ranked = each in competing
        return Line(
            entrant.bib,
            _rank(each, competing, rules) if each and is_ranked else None,
            bool(each and is_ranked and sum(other.key == each.key for other in competing) > 1),
            each.score if each else None,
            entrant.status,
            entrant.standing,
            _broken_by(each, competing) if each and is_ranked else None,
            _details(entrant, each, rules),
        )

    return [line(entrant) for entrant in sorted(members, key=display_key)]


def naive_boards(entrants: Sequence[Entrant], rules: Rules) -> Boards:
    """Every board: overall first, then by dimension and division."""
    shown = only(entrants, *SHOWN)
    results = (_placed(entrant, rules) for entrant in shown)
    placed = {each.entrant.bib: each for each in _judged([each for each in results if each], rules)}
    boards = {"overall": _board(shown, placed, rules)}
    for dimension, value in sorted({pair for entrant in shown for pair in entrant.divisions.items()}):
        members = [entrant for entrant in shown if entrant.divisions.get(dimension) == value]
        boards[f"{dimension}:{value}"] = _board(members, placed, rules)
    return _without_empty_pending(boards)


def _without_empty_pending(boards: Boards) -> Boards:
    """What is pending is told of all if there is any."""
    if any(line.details["pending"] for line in boards["overall"]):
        return boards
    return {
        key: [line._replace(details={n: v for n, v in line.details.items() if n != "pending"}) for line in lines]
        for key, lines in boards.items()
    }
