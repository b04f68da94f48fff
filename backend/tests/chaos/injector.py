"""Strikes with every fault of a deck at random moments, and keeps an account of each."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from random import Random
from typing import TypeVar

from django.db import InterfaceError, OperationalError, connection

from tests.chaos.effects import rows
from tests.chaos.rig import Rig
from tests.chaos.roles import WORKERS
from tests.chaos.strikes import Strike
from tests.processes import wait_until

LONGEST_PAUSE = 4.0  # seconds from one fault to the next

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Struck:
    """One fault: moments in seconds since the epoch, what it was done to, and what was under way."""

    name: str
    target: str
    under_way: str
    began: float
    over: float
    back: float  # when every worker had finished a task again


def inject_all(rig: Rig, deck: Mapping[str, Strike]) -> list[Struck]:
    """Every fault of the deck once, in a random order."""
    struck = []
    for name in rig.random.sample(sorted(deck), len(deck)):
        time.sleep(rig.random.uniform(0, LONGEST_PAUSE))
        # Numbers of its own: how many it takes depends on the moment, and the same seed must give the same faults.
        own = replace(rig, random=Random(rig.random.random()))
        struck.append(_inject(own, name, deck[name]))
    return struck


def _inject(rig: Rig, name: str, strike: Strike) -> Struck:
    under_way, began = patiently(_under_way, rig), time.time()
    target = strike(rig)
    over = time.time()
    # Of one alone it would not show that the other has not come back.
    wait_until(lambda: patiently(_workers_since, over) == set(WORKERS), f"a task of every worker after: {name}")
    assert not rig.roles.ended(), f"after {name}"
    return Struck(name, target, under_way, began, over, time.time())


def _under_way(rig: Rig) -> str:
    """How many messages wait in the queues, how many tasks run, and how many wait for the relay."""
    queued = sum(rig.broker.count(queue) for queue in rig.queues)
    if "relay" not in rig.roles:
        return f"{queued} queued"
    ((running,),) = rows("SELECT count(*) FROM django_celery_results_taskresult WHERE status = 'STARTED'")
    ((waiting,),) = rows("SELECT count(*) FROM delivery_outboxmessage WHERE sent_at IS NULL")
    return f"{running} running, {queued} queued, {waiting} in the outbox"


def _workers_since(moment: float) -> set[str]:
    found = rows("SELECT DISTINCT worker FROM chaos_run WHERE at > to_timestamp(%s)", moment)
    return {name.rpartition("@")[2] for (name,) in found}


def patiently(ask: Callable[..., Answer], *arguments: object) -> Answer:
    """The answer of the database, also while it restarts."""
    answers: list[Answer] = []

    def has_answered() -> bool:
        try:
            answers.append(ask(*arguments))
        except (OperationalError, InterfaceError):
            connection.close()
        return bool(answers)

    wait_until(has_answered, "an answer of the database")
    return answers[0]
