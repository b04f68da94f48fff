"""What must be so at the end of a run of the chained workload."""

from collections import Counter
from collections.abc import Iterable
from datetime import timedelta
from itertools import pairwise
from typing import Any

from django_celery_beat.models import PeriodicTask
from kombu.transport.native_delayed_delivery import MAX_NUMBER_OF_BITS_TO_USE, level_name

from delivery.accounts import account_by_state, find_unaccounted
from delivery.models import DeadLetter, OutboxMessage, ScheduledSlot
from delivery.topology import dead_queues, task_queues
from tests.broker import Broker
from tests.chaos.accounting import Account
from tests.chaos.effects import rows
from tests.chaos.workload import DOOMED, TICK, Task, doomed_by, length_of, numbers_of, task_of


def is_through(chains: Iterable[int]) -> bool:
    """Whether every link of the chains has left its effect."""
    lengths = dict(rows("SELECT chain, links FROM chaos_chain"))
    return all(lengths.get(chain) == length_of(chain) for chain in chains)


def check_effects(chains: list[int]) -> None:
    """Each effect once, none that nobody committed, and each task asked for once."""
    numbers = [number for chain in chains for number in numbers_of(chain)]
    assert dict(rows("SELECT chain, links FROM chaos_chain")) == {chain: length_of(chain) for chain in chains}
    effects = {key for (key,) in rows("SELECT key FROM chaos_effect") if not key.startswith("tick")}
    assert effects == {*map(str, numbers), *(f"request {chain}" for chain in chains)}
    wanted = [task_of(number) for number in numbers]
    wanted += [doomed for number in numbers if (doomed := doomed_by(number))]
    asked = OutboxMessage.objects.exclude(task_name=TICK[0]).values_list("task_name", "kwargs")
    assert _countable(asked) == _countable(wanted)


def check_deaths(account: Account) -> None:
    """What is doomed has died, and nothing else."""
    doomed = OutboxMessage.objects.filter(task_name=DOOMED[0]).count()
    innocent = DeadLetter.objects.exclude(task_name=DOOMED[0]).values("task_name", "cause", "exception_type")
    assert account.dead == {DOOMED[0]: doomed}, list(innocent)


def check_ledger(account: Account) -> None:
    """What operators are told is the same."""
    assert find_unaccounted() == []
    told = {each.state: each.count for each in account_by_state() if each.count}
    assert told == {"succeeded": account.done, "failed": sum(account.dead.values())}


def check_slots(schedule: PeriodicTask, every: timedelta) -> None:
    """Every slot there was fired once, and no other."""
    slots = ScheduledSlot.objects.filter(schedule=schedule).order_by("due_at")
    assert {slot.outcome for slot in slots} == {ScheduledSlot.Outcome.FIRED}
    assert all(later.due_at - earlier.due_at == every for earlier, later in pairwise(slots))
    asked = set(OutboxMessage.objects.filter(task_name=TICK[0]).values_list("task_id", flat=True))
    assert asked == {slot.task_id for slot in slots}
    effects = {key for (key,) in rows("SELECT key FROM chaos_effect WHERE key LIKE 'tick%%'")}
    assert effects == {f"tick {slot.task_id}" for slot in slots}


def check_queues(broker: Broker) -> None:
    """Nothing is left in any of them. To be called when nobody consumes."""
    delays = [level_name(level) for level in range(MAX_NUMBER_OF_BITS_TO_USE)]
    names = [queue.name for queue in (*task_queues(), *dead_queues())]
    assert {name: count for name in (*names, *delays) if (count := broker.count(name))} == {}


def _countable(tasks: Iterable[Task] | Any) -> Counter[tuple[str, str]]:
    return Counter((name, str(kwargs)) for name, kwargs in tasks)
