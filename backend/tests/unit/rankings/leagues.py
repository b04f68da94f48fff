"""Seasons at random for property tests, and what the real thing makes of them."""

from fractions import Fraction
from typing import Any

import numpy as np
from hypothesis import strategies as st

from apps.rankings.columns import DivisionColumns, EventResults, ResultColumns, SeasonInput
from apps.rankings.result import Board, StandingsResult
from apps.rankings.rules import parse_season_rules
from apps.rankings.standings import compute_standings
from apps.rankings.tie_breaks import BrokenBy
from tests.unit.rankings.naive_standings import League, NaiveLine, Race, Result, rounds_of

PEOPLE = range(1, 9)
BREAKERS = ["countback", "most_events", "latest_common"]
LABELS = ["", "F", "M"]

points = st.decimals(0, 20, places=2).map(str) | st.integers(0, 10)
by_place = st.fixed_dictionaries(
    {"by_place": st.lists(points, min_size=1, max_size=6)},
    optional={
        "ties": st.sampled_from(["full", "mean"]),
        "beyond": points,
        "dnf": points,
        "dns": points,
        "dsq": points,
    },
)
as_recorded = st.just({"recorded": None})


@st.composite
def rank_lists(draw: st.DrawFn, size: int) -> list[int]:
    """Ranks of so many, by one of the methods that events have."""
    values = sorted(draw(st.lists(st.integers(1, 5), min_size=size, max_size=size)))
    match draw(st.sampled_from(["competition", "modified", "dense", "ordinal"])):
        case "competition":
            ranks = [values.index(value) + 1 for value in values]
        case "modified":
            ranks = [sum(other <= value for other in values) for value in values]
        case "dense":
            ranks = [len({other for other in values if other <= value}) for value in values]
        case _:
            ranks = list(range(1, size + 1))
    return ranks


@st.composite
def races(draw: st.DrawFn) -> Race:
    """A race of some people, ranked or not, each in a division or in none."""
    people = draw(st.lists(st.sampled_from(PEOPLE), unique=True))
    ranked = draw(st.integers(0, len(people)))
    ranks = draw(rank_lists(ranked))
    results = {}
    for number, one in enumerate(people):
        status = 0 if number < ranked else draw(st.integers(1, 3))
        results[one] = Result(
            rank=ranks[number] if number < ranked else 0,
            status=status,
            recorded=draw(st.integers(-5, 40)) if number < ranked else 0,
            division=draw(st.sampled_from(LABELS)),
        )
    for label in LABELS:
        # Within a division the same order as in the whole race.
        overall = [result.rank for result in results.values() if result.division == label and result.rank]
        for result in results.values():
            if result.division == label and result.rank:
                result.division_rank = 1 + sum(rank < result.rank for rank in overall)
    return Race(
        results=results,
        factor=draw(st.sampled_from([Fraction(1), Fraction(1), Fraction(2), Fraction(1, 2), Fraction("0.3333")])),
        breaks_ties=draw(st.integers(0, 4)) > 0,
        same_round=draw(st.integers(0, 3)) == 0,
        scale=draw(st.integers(0, 3)),
        is_official=draw(st.integers(0, 5)) > 0,
    )


best_rules: st.SearchStrategy[dict[str, Any]] = st.one_of(
    st.just({}),
    st.fixed_dictionaries({"best": st.integers(1, 4)}),
    st.fixed_dictionaries({"drop_worst": st.integers(1, 3)}),
    st.lists(st.fixed_dictionaries({"events": st.integers(1, 3), "best": st.integers(1, 3)}), max_size=2).flatmap(
        lambda splits: st.integers(1, 3).map(lambda best: {"splits": [*splits, {"best": best}]})
    ),
)


@st.composite
def rule_documents(draw: st.DrawFn) -> dict[str, Any]:
    """Rules of a season."""
    breakers = draw(st.permutations(BREAKERS))[: draw(st.integers(0, 3))]
    rules = {"points": draw(by_place | as_recorded), "tie_breakers": breakers, **draw(best_rules)}
    if "countback" in breakers and draw(st.booleans()):
        rules["countback_depth"] = draw(st.integers(1, 3))
    return {**rules, "minimum_events": draw(st.sampled_from([0, 0, 1, 2]))}


@st.composite
def leagues(draw: st.DrawFn, rules: st.SearchStrategy[dict[str, Any]] | None = None) -> League:
    """A season of up to six races. Some share a name."""
    return League(
        rules=draw(rule_documents() if rules is None else rules),
        races=draw(st.lists(races(), max_size=6)),
        adjustments=draw(st.dictionaries(st.sampled_from(PEOPLE), st.integers(-1000, 1000), max_size=2)),
        excluded=draw(st.sets(st.sampled_from(PEOPLE), max_size=2)),
        names={one: f"name {one % 3}" for one in PEOPLE},
    )


def season_input(league: League) -> SeasonInput:
    """A league as the real thing takes it."""
    numbers = rounds_of(league)
    return SeasonInput(
        rules=parse_season_rules(league.rules),
        events=[
            _event(number, race, index)
            for index, (number, race) in enumerate(zip(numbers, league.official, strict=True))
        ],
        adjustments=league.adjustments,
        excluded=frozenset(league.excluded),
        names=league.names,
    )


def _event(number: int, race: Race, index: int) -> EventResults:
    results = list(race.results.values())
    return EventResults(
        event_id=index + 1,
        results=ResultColumns(
            participants=np.array(list(race.results), np.int64),
            rank=np.array([result.rank for result in results], np.int64),
            status=np.array([result.status for result in results], np.uint8),
            recorded=np.array([result.recorded for result in results], np.int64),
            scale=race.scale,
        ),
        divisions={
            "sex": DivisionColumns(
                labels=LABELS[1:],
                code=np.array([LABELS.index(result.division) - 1 for result in results], np.int64),
                rank=np.array([result.division_rank for result in results], np.int64),
            )
        },
        round=number,
        factor=race.factor,
        breaks_ties=race.breaks_ties,
    )


def compute(league: League) -> StandingsResult:
    """What the real thing makes of it."""
    return compute_standings(season_input(league))


def as_lines(board: Board) -> list[NaiveLine]:
    """A board as the definition writes it."""
    return [
        NaiveLine(
            participant=int(board.participants[row]),
            rank=int(board.rank[row]),
            tied=bool(board.tied[row]),
            state=int(board.state[row]),
            total=int(board.total[row]),
            counted=board.counted[row].tolist(),
            points=[
                int(value) if there else None
                for value, there in zip(board.cells.points[row], board.cells.is_there[row], strict=True)
            ],
            note=_note(BrokenBy(board.broken_by[row]), int(board.broken_at[row])),
        )
        for row in range(len(board.participants))
    ]


def _note(by: BrokenBy, at: int) -> tuple[str, int]:
    if by is BrokenBy.NOTHING:
        return "", 0
    return by.name.lower(), -1 if by is BrokenBy.LATEST_COMMON else at
