"""A run of Placar under faults: its processes, the schedule that fires meanwhile, and the account at the end."""

import os
import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from random import SystemRandom

from delivery.models import ScheduleState
from delivery.topology import task_queues
from tests.broker import Broker
from tests.chaos import checks
from tests.chaos.accounting import Account, take_account
from tests.chaos.effects import rows, tables
from tests.chaos.injector import Struck, inject_all
from tests.chaos.report import pace, requests, table
from tests.chaos.rig import Load, Rig, running
from tests.chaos.roles import WORKERS, Role, beat_role, command_role, worker_role
from tests.chaos.strikes import Strike
from tests.chaos.workload import TICK
from tests.processes import Processes, wait_until
from tests.schedule_rows import every

TASKS = int(os.environ.get("PLACAR_CHAOS_TASKS") or 10_000)
SEED = int(os.environ.get("PLACAR_CHAOS_SEED") or SystemRandom().randrange(10**6))
TASKS_PER_SECOND = 80.0
TICK_SECONDS = 1
# Longer than the three minutes after which RabbitMQ publishes a dead letter again that was not confirmed
# (dead_letter_worker_publisher_confirm_timeout): after the loss of a leader some were not there after two.
SETTLE_SECONDS = 300

ROLES: dict[str, Role] = {
    "relay": command_role("relay", "relay started"),
    "dead letters": command_role("consume_dead_letters", "dead-letter consumer started"),
    "beat": beat_role(),
    **{name: worker_role(name, "tests.chaos.chained_worker") for name in WORKERS},
}
Say = Callable[[str], None]


def run_placar(processes: Processes, broker: Broker, deck: Mapping[str, Strike], say: Say) -> list[Struck]:
    """Decks of faults until enough tasks were asked for; then all must be accounted for, each effect once."""
    say(f"\nPLACAR_CHAOS_SEED={SEED} PLACAR_CHAOS_TASKS={TASKS}")
    schedule = every(TICK_SECONDS, task=TICK[0], kwargs=f'{{"{TICK[1]}": 0}}')
    ScheduleState.objects.create(schedule=schedule, missed=ScheduleState.Missed.RUN_ALL)
    load = Load("tests.chaos.chained", [queue.name for queue in task_queues()], TASKS, TASKS_PER_SECOND)
    with tables(), running(processes, broker, ROLES, load, seed=SEED) as rig:
        struck = inject_all(rig, deck)
        while rig.client.asked < TASKS:
            struck += inject_all(rig, deck)
        rig.client.enough()
        wait_until(lambda: rig.client.has_ended, "the last request answered")
        schedule.enabled = False
        schedule.save()
        # At once: they are what one looks at when the rest does not come.
        for line in (*table(struck), requests(rig.client)):
            say(line)
        account = _settle(rig)
        codes = rig.roles.stop_all()
        for line in (pace(struck), str(account), _doubles()):
            say(line)
        checks.check_effects(rig.client.chains)
        checks.check_deaths(account)
        checks.check_ledger(account)
        checks.check_slots(schedule, timedelta(seconds=TICK_SECONDS))
        assert set(codes.values()) == {0}, codes
        checks.check_queues(broker)
    return struck


def _settle(rig: Rig) -> Account:
    """Wait until every task is accounted for. As long as tasks go on being finished it takes as long as it takes."""
    account, finished_at = take_account(), time.monotonic()
    while account.unaccounted or not checks.is_through(rig.client.chains):
        assert time.monotonic() < finished_at + SETTLE_SECONDS, f"{account}: {account.unaccounted[:10]}"
        time.sleep(0.2)
        before, account = account, take_account()
        finished_at = finished_at if account == before else time.monotonic()
    return account


def _doubles() -> str:
    """More runs of a task than one were committed; their effects are checked elsewhere."""
    ((doubled,),) = rows("SELECT count(*) FROM (SELECT FROM chaos_run GROUP BY key HAVING count(*) > 1) AS doubled")
    return f"tasks that ran more than once: {doubled}; their effects happened once"
