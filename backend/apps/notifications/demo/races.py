"""The demo's three races of one season, and the file of results of each."""

import csv
import io
import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from apps.notifications.demo.people import Person

RULES: dict[str, Any] = {
    "metric": "duration",
    "direction": "low",
    "divisions": {"sex": ["F", "M"], "age": ["16-29", "30-39", "40-49", "50+"]},
}
SEASON_POINTS = (100, 92, 86, 81, 77, 74, 71, 68, 65, 62, 60, 58, 56, 54, 52, 50, 48, 46, 44, 42, *range(41, 0, -1))
SEASON_RULES: dict[str, Any] = {
    "points": {"by_place": list(SEASON_POINTS)},
    "best": 2,
    "divisions": {"sex": "division"},
}


@dataclass(frozen=True, slots=True)
class Race:
    """One race as it was run."""

    slug: str
    name: str
    days_ago: int
    kilometres: float
    slowness: float  # the time per kilometre, as a multiple of that on a flat road
    entries: int


@dataclass(frozen=True, slots=True)
class Result:
    """What the timekeepers wrote down of one entry."""

    bib: str
    person: Person
    time: str  # empty without one
    status: str


RACES = (
    Race("harbour-10k-2026", "Porto Sereno Harbour 10K", days_ago=63, kilometres=10, slowness=1.0, entries=180),
    Race("lagoon-half-2026", "Lagoa Clara Half Marathon", days_ago=35, kilometres=21.0975, slowness=1.06, entries=140),
    Race("serra-trail-2026", "Serra Azul Trail 14K", days_ago=14, kilometres=14, slowness=1.45, entries=120),
)


def run_race(race: Race, people: Sequence[Person], *, seed: int, regulars: Sequence[Person] = ()) -> list[Result]:
    """The results of a race, the same for the same seed. The `regulars` take part and finish."""
    chance = random.Random(f"{seed} {race.slug}")  # noqa: S311 (the demo is no secret)
    others = [person for person in people if person not in regulars]
    starters = [*regulars, *chance.sample(others, race.entries - len(regulars))]
    chance.shuffle(starters)
    results = []
    for number, person in enumerate(starters, 1):
        status = "finished" if person in regulars else chance.choices(("finished", "DNF", "DNS"), (93, 3, 4))[0]
        # Whole seconds, as a hand-held clock has them: some share a time.
        seconds = round(person.pace * race.slowness * race.kilometres * chance.gauss(1, 0.03))
        results.append(Result(str(number), person, _clock(seconds) if status == "finished" else "", status))
    return _with_a_dead_heat(results)


def _with_a_dead_heat(results: list[Result]) -> list[Result]:
    """The third and the fourth cross the line together, so that the top of the board shows a shared rank."""
    finished = sorted((one for one in results if one.time), key=lambda one: one.time)
    third, fourth = finished[2], finished[3]
    together = Result(fourth.bib, fourth.person, third.time, fourth.status)
    return [together if one is fourth else one for one in results]


def _clock(seconds: int) -> str:
    return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def as_csv(results: Sequence[Result]) -> bytes:
    """The file that the timekeepers hand over."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["bib", "name", "participant", "sex", "age", "score", "status"])
    for one in results:
        person = one.person
        row = [one.bib, person.name, person.external_id, person.sex, person.age_group, one.time, one.status]
        writer.writerow(row)
    return text.getvalue().encode()


COLUMNS = "bib=bib,name=name,participant=participant,division=sex,division=age,score=score,status=status"
