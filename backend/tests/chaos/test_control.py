"""The same faults and the same work with Celery as it comes: what it loses and doubles shows that the faults bite."""

import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from delivery.broker import open_connection
from tests.broker import Broker, channel_of
from tests.chaos.effects import rows, tables
from tests.chaos.injector import Struck, inject_all, patiently
from tests.chaos.placar import SEED
from tests.chaos.report import pace, requests, table
from tests.chaos.rig import Load, running
from tests.chaos.roles import WORKERS, worker_role
from tests.chaos.strikes import BROKER_FAULTS, OTHER_FAULTS, PROCESS_KILLS
from tests.chaos.workload import numbers_of
from tests.processes import Processes, wait_until

DECK = PROCESS_KILLS | BROKER_FAULTS | OTHER_FAULTS
ROLES = {name: worker_role(name, "tests.chaos.plain") for name in WORKERS}
TASKS = int(os.environ.get("PLACAR_CHAOS_CONTROL_TASKS") or 3_000)
TASKS_PER_SECOND = 40.0
QUEUE = "celery"
# After so long without a run nothing more comes: every retry is due within a second.
QUIET_SECONDS = 15.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """Numbers of tasks that were asked for: in chains whose request was answered."""

    asked: int
    lost: int
    doubled: int
    broken: int  # chains

    def __str__(self) -> str:
        return (
            f"plain Celery: of {self.asked} tasks {self.lost} never ran ({self.broken} chains broke off),"
            f" {self.doubled} were done more than once"
        )


@pytest.fixture
def queue(broker: Broker) -> Iterator[str]:
    """Celery's own, gone afterwards."""
    yield QUEUE
    with open_connection() as connection:
        channel_of(connection).queue_delete(QUEUE)


@pytest.mark.django_db(transaction=True)
def test_plain_celery_loses_or_doubles_work(
    processes: Processes, broker: Broker, queue: str, say: Callable[[str], None]
) -> None:
    say(f"\nPLACAR_CHAOS_SEED={SEED}, plain Celery, at least {TASKS} tasks")
    load = Load("tests.chaos.plain", [queue], TASKS, TASKS_PER_SECOND)
    with tables(), running(processes, broker, ROLES, load, seed=SEED) as rig:
        struck = inject_all(rig, DECK)
        rig.client.enough()
        wait_until(lambda: rig.client.has_ended, "the last request answered")
        wait_until(is_quiet, "no more runs")
        outcome = take_outcome(rig.client.chains)
        say_all(say, struck, pace(struck), requests(rig.client), str(outcome))
    assert {each.name for each in struck} == set(DECK)
    assert outcome.lost or outcome.doubled


def is_quiet() -> bool:
    ((before,),) = patiently(rows, "SELECT count(*) FROM chaos_run")
    time.sleep(QUIET_SECONDS)
    ((after,),) = patiently(rows, "SELECT count(*) FROM chaos_run")
    return bool(before == after)


def take_outcome(chains: list[int]) -> Outcome:
    runs = {int(key): count for key, count in rows("SELECT key, count(*) FROM chaos_run GROUP BY key")}
    numbers = [number for chain in chains for number in numbers_of(chain)]
    return Outcome(
        asked=len(numbers),
        lost=sum(number not in runs for number in numbers),
        doubled=sum(runs.get(number, 0) > 1 for number in numbers),
        broken=sum(numbers_of(chain)[-1] not in runs for chain in chains),
    )


def say_all(say: Callable[[str], None], struck: list[Struck], *lines: str) -> None:
    for line in (*table(struck), *lines):
        say(line)
