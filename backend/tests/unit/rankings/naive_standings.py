"""The definition of standings, slowly: one participant and one event after the other, in fractions."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import floor
from typing import Any

STATUS_NAMES = {1: "dnf", 2: "dns", 3: "dsq"}
DNS = 2


@dataclass
class Result:
    """How somebody came out of an event: a rank, or a status that is none."""

    rank: int = 0
    status: int = 0
    recorded: int = 0  # points, in the event's scale
    division: str = ""
    division_rank: int = 0


@dataclass
class Race:
    """An event of a season."""

    results: dict[int, Result]
    factor: Fraction = Fraction(1)
    breaks_ties: bool = True
    same_round: bool = False
    scale: int = 0
    is_official: bool = True  # else it has no results yet, but its place in the season


@dataclass
class League:
    """A season. `rules` as in its document."""

    rules: dict[str, Any]
    races: list[Race]
    adjustments: dict[int, int] = field(default_factory=dict)
    excluded: set[int] = field(default_factory=set)
    names: dict[int, str] = field(default_factory=dict)

    @property
    def official(self) -> list[Race]:
        """The races that count."""
        return [race for race in self.races if race.is_official]


@dataclass
class NaiveLine:
    """A line; `note` is what tells it from its neighbour of the same total."""

    participant: int
    rank: int
    tied: bool
    state: int
    total: int
    counted: list[bool]
    points: list[int | None]
    note: tuple[str, int] = ("", 0)
    path: list[tuple[str, int]] = field(default_factory=list, compare=False)  # into which part each tie-breaker put it


def rounds_of(league: League) -> list[int]:
    """The number of each official race's round."""
    numbers: list[int] = []
    for race in league.races:
        numbers.append(numbers[-1] if numbers and race.same_round else len(set(numbers)))
    return [number for number, race in zip(numbers, league.races, strict=True) if race.is_official]


def half_up(value: Fraction) -> int:
    """To the nearest whole number, halves upwards."""
    return floor(value + Fraction(1, 2))


def points_of(result: Result, race: Race, scheme: Mapping[str, Any]) -> int:
    """Hundredths of a point."""
    if scheme.get("by_place") is None:
        return half_up(Fraction(result.recorded, 10**race.scale) * 100 * race.factor)
    if not result.rank:
        return half_up(Fraction(scheme.get(STATUS_NAMES[result.status], 0)) * 100 * race.factor)

    def worth(place: int) -> Fraction:
        listed = scheme["by_place"]
        return Fraction(listed[place - 1]) if place <= len(listed) else Fraction(scheme.get("beyond", 0))

    if scheme.get("ties") != "mean":
        return half_up(worth(result.rank) * 100 * race.factor)
    before = sum(0 < other.rank < result.rank for other in race.results.values())
    sharing = sum(other.rank == result.rank for other in race.results.values())
    mean = sum(worth(before + number) for number in range(1, sharing + 1)) / Fraction(sharing)
    return half_up(mean * 100 * race.factor)


def counted_rounds(points: Mapping[int, int], played: Sequence[int], rules: Mapping[str, Any]) -> set[int]:
    """Of the rounds in which somebody has `points`, those that count; `played` are all that have results."""

    def best(rounds: Sequence[int], number: int) -> set[int]:
        there = [each for each in rounds if each in points]
        return set(sorted(there, key=lambda each: (-points[each], each))[:number])

    if rules.get("best"):
        return best(played, rules["best"])
    if rules.get("drop_worst"):
        return best(played, max(len(played) - rules["drop_worst"], 1))
    if not rules.get("splits"):
        return set(points)
    counted: set[int] = set()
    start = 0
    for split in rules["splits"]:
        end = start + split["events"] if split.get("events") else 1_000_000
        counted |= best([each for each in played if start <= each < end], split["best"])
        start = end
    return counted


def naive_standings(league: League) -> list[NaiveLine]:
    """The lines of the overall board."""
    rounds = rounds_of(league)
    lines = [_line(league, rounds, one) for one in sorted({one for race in league.official for one in race.results})]

    def by_name(line: NaiveLine) -> tuple[str, str, int]:
        name = league.names[line.participant]
        return name.casefold(), name, line.participant

    board: list[NaiveLine] = []
    for state in (0, 1, 2):
        groups = _grouped([line for line in lines if line.state == state], league, rounds)
        if state == 0:
            _note(groups, league)
        for group in groups:
            first = len(board) + 1
            for line in sorted(group, key=by_name):
                line.rank = first if state == 0 else 0
                line.tied = len(group) > 1 and state == 0
                board.append(line)
    return board


def _line(league: League, rounds: list[int], one: int) -> NaiveLine:
    cells = [
        points_of(race.results[one], race, league.rules["points"]) if one in race.results else None
        for race in league.official
    ]
    per_round: dict[int, int] = {}
    for number, points in zip(rounds, cells, strict=True):
        if points is not None:
            per_round[number] = per_round.get(number, 0) + points
    counted = counted_rounds(per_round, sorted(set(rounds)), league.rules)
    total = sum(per_round[number] for number in counted) + league.adjustments.get(one, 0)
    ranked_in = {
        number
        for number, race in zip(rounds, league.official, strict=True)
        if one in race.results and race.results[one].rank
    }
    state = 2 if one in league.excluded else 1 if len(ranked_in) < league.rules.get("minimum_events", 0) else 0
    is_counted = [points is not None and number in counted for number, points in zip(rounds, cells, strict=True)]
    return NaiveLine(one, 0, False, state, total, is_counted, cells)


Groups = list[list[NaiveLine]]


def _grouped(lines: list[NaiveLine], league: League, rounds: list[int]) -> Groups:
    """Those who share a rank together, the best first."""
    groups = _split(lines, lambda line: -line.total)
    for breaker in league.rules.get("tie_breakers", ("countback", "most_events", "latest_common")):
        broken = [_broken(breaker, group, league, rounds) for group in groups]
        for parts in broken:
            for number, part in enumerate(parts):
                for line in part:
                    line.path.append((breaker, number))
        groups = [part for parts in broken for part in parts]
    return groups


def _split(lines: list[NaiveLine], key: Callable[[NaiveLine], Any]) -> Groups:
    return [[line for line in lines if key(line) == each] for each in sorted({key(line) for line in lines})]


def _broken(breaker: str, group: list[NaiveLine], league: League, rounds: list[int]) -> Groups:
    if breaker == "countback":
        return _split(group, lambda line: tuple(-number for number in place_counts(line.participant, league)))
    if breaker == "most_events":
        return _split(group, lambda line: -events_of(line.participant, league, rounds))
    for race in reversed(league.official):
        results = [race.results.get(line.participant) for line in group]
        if not race.breaks_ties or any(result is None or result.status == DNS for result in results):
            continue
        parts = _split(group, lambda line, race=race: race.results[line.participant].rank or 1_000_000)  # type: ignore[misc]
        if len(parts) > 1:
            return [each for part in parts for each in _broken(breaker, part, league, rounds)]
    return [group]


def place_counts(one: int, league: League) -> list[int]:
    """How many first places, second places, and so on, as deep as the rules look."""
    places = [race.results[one].rank for race in league.official if race.breaks_ties and one in race.results]
    depth = league.rules.get("countback_depth") or 100
    return [places.count(place) for place in range(1, min(depth, 100) + 1)]


def events_of(one: int, league: League, rounds: list[int]) -> int:
    """In how many rounds somebody started."""
    return len(
        {
            number
            for number, race in zip(rounds, league.official, strict=True)
            if one in race.results and race.results[one].status != DNS
        }
    )


def _note(groups: Groups, league: League) -> None:
    for number, group in enumerate(groups):
        near = [
            (groups[other], group) if other < number else (group, groups[other])
            for other in (number - 1, number + 1)
            if 0 <= other < len(groups) and groups[other][0].total == group[0].total
        ]
        if near:
            for line in group:
                line.note = _reason(near[0][0][0], near[0][1][0], league)


def _reason(better: NaiveLine, worse: NaiveLine, league: League) -> tuple[str, int]:
    breaker = next(one[0] for one, other in zip(better.path, worse.path, strict=True) if one != other)
    if breaker != "countback":
        return breaker, -1 if breaker == "latest_common" else 0
    counts = [place_counts(line.participant, league) for line in (better, worse)]
    return breaker, next(place for place, pair in enumerate(zip(*counts, strict=True), 1) if pair[0] != pair[1])
