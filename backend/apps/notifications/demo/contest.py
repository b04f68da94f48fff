"""The demo's frozen event: a programming contest in its last hour, whose scoreboard shows what was sent before it."""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from apps.events.models import Score
from apps.events.scoring import NewScore

SLUG = "code-night-2026"
NAME = "Porto Sereno Code Night"
PROBLEMS = ("A", "B", "C", "D", "E", "F", "G")
RULES: dict[str, Any] = {
    "metric": "penalty_contest",
    "direction": "high",
    "components": {"names": list(PROBLEMS)},
    "tie_breakers": [{"by": "last_accepted"}],
}
TEAMS = (
    "Null Pointers",
    "Maré Alta",
    "Segfault Samba",
    "Onda Binária",
    "Heap of Sand",
    "Três Ponteiros",
    "Lagoa Limpa",
    "Off by One",
    "Farol",
    "Stack Overboard",
    "Última Hora",
    "Big O, Small Boat",
)
MINUTES_DONE, FROZEN_FROM = 280, 240


def submissions(starts_at: datetime, *, seed: int) -> Iterator[NewScore]:
    """What each team has sent so far; of the last minutes the judges have not seen all."""
    chance = random.Random(f"{seed} {SLUG}")  # noqa: S311 (the demo is no secret)
    for number in range(1, len(TEAMS) + 1):
        skill = chance.uniform(0.35, 0.9)
        minute = chance.randint(6, 25)
        for problem in chance.sample(PROBLEMS, len(PROBLEMS)):
            while minute < MINUTES_DONE:
                is_right = chance.random() < skill
                yield _submission(number, problem, minute, starts_at, is_right=is_right)
                minute += chance.randint(8, 45)
                if is_right or chance.random() < 0.25:
                    break


def _submission(number: int, problem: str, minute: int, starts_at: datetime, *, is_right: bool) -> NewScore:
    judged = Score.Outcome.VALID if is_right else Score.Outcome.REJECTED
    return NewScore(
        bib=str(number),
        value=minute,
        unit="min",
        component=problem,
        outcome=judged if minute < MINUTES_DONE - 10 else Score.Outcome.PENDING,
        achieved_at=starts_at + timedelta(minutes=minute),
    )
