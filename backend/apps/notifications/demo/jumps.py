"""The demo's live event: a long jump in its fourth of six rounds."""

import random
from collections.abc import Sequence
from typing import Any

from apps.notifications.demo.people import Person

SLUG = "long-jump-open-2026"
NAME = "Porto Sereno Long Jump Open"
RULES: dict[str, Any] = {
    "metric": "distance",
    "direction": "high",
    "attempts": "best",
    "divisions": {"sex": ["F", "M"]},
    "tie_breakers": [{"by": "best_single", "nth": 2}, {"by": "best_single", "nth": 3}],
}
COMPETITORS = 24
ROUNDS_DONE = 3


def jump(people: Sequence[Person], *, seed: int) -> list[tuple[Person, list[int | None]]]:
    """Each competitor's jumps so far, in millimetres, a foul as None. Half of them have jumped in this round."""
    chance = random.Random(f"{seed} {SLUG}")  # noqa: S311 (the demo is no secret)
    competitors = chance.sample(people, COMPETITORS)
    series = []
    for number, person in enumerate(competitors):
        rounds = ROUNDS_DONE + (number < COMPETITORS // 2)
        reach = chance.gauss(6_300 if person.sex == "M" else 5_300, 350) - max(0, person.age - 35) * 30
        # Measured in centimetres.
        jumps = [round(chance.gauss(reach, 140) / 10) * 10 for _ in range(rounds)]
        series.append((person, [None if chance.random() < 0.15 else length for length in jumps]))
    return series
