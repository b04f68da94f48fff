"""A made-up workload: chains of tasks of which each leaves one effect and asks for the next one.

Its tasks are Placar's own, each with another service in its place, so that names, routes and retries are the real ones.
A task knows no more than a number: which chain it belongs to, and which link of it it is.
"""

from typing import Any

# In turn, so that every chain passes through every queue.
LINKS = (
    ("events.generate_event_ranking", "event_id"),
    ("rankings.refresh_season_standings", "event_id"),
    ("notifications.announce_event_ranking", "ranking_id"),
)
# Raises at every try. What a schedule asks for, with 0 as its number.
DOOMED, TICK = ("events.import_scores", "batch_id"), ("rankings.refresh_standings", "season_id")
ROOM = 100  # for the links of one chain in the numbers
MEAN_LENGTH = 12.5
SLOW_SECONDS = 0.5

Task = tuple[str, dict[str, Any]]


def length_of(chain: int) -> int:
    """How many links a chain has: 5 to 20."""
    return 5 + chain * 7919 % 16


def number_of(chain: int, link: int) -> int:
    """The number of a link; the first is 1."""
    return chain * ROOM + link


def chain_of(number: int) -> int:
    return number // ROOM


def task_of(number: int) -> Task:
    """Name and arguments of the task that is this link."""
    name, argument = LINKS[sum(divmod(number, ROOM)) % len(LINKS)]
    return name, {argument: number}


def next_of(number: int) -> int | None:
    """The next link of the same chain, if there is one."""
    chain, link = divmod(number, ROOM)
    return number + 1 if link < length_of(chain) else None


def doomed_by(number: int) -> Task | None:
    """One link in about a hundred asks for a task, too, that can only end as a dead letter."""
    name, argument = DOOMED
    return (name, {argument: number}) if number % 97 == 0 else None


def is_slow(number: int) -> bool:
    """One link in fifty takes SLOW_SECONDS, so that kills meet tasks under way."""
    return number % 53 == 0


def is_refused(chain: int) -> bool:
    """One request in twenty asks for its chain and rolls back."""
    return chain % 20 == 0


def numbers_of(chain: int) -> list[int]:
    """All links of a chain."""
    return [number_of(chain, link) for link in range(1, length_of(chain) + 1)]
