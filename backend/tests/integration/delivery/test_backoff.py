"""A task may state that its retries wait longer and longer, on quorum queues, which delay by whole seconds."""

import json
import re
from itertools import pairwise
from pathlib import Path

import pytest
from django.db import transaction

from delivery.models import DeadLetter
from delivery.outbox import enqueue
from tests.broker import Broker
from tests.dead_letters import NAME
from tests.processes import Processes, wait_until


@pytest.fixture
def tries(tmp_path: Path) -> Path:
    return tmp_path / "tries"


def run_out_of_tries(processes: Processes, tries: Path, *, tasks: int, **how: str) -> tuple[list[list[float]], str]:
    """The seconds between one try and the next for each task, once each is a dead letter; and the worker's log."""
    worker = processes.start_worker(app="tests.retrying", TRIES=str(tries), **how)
    processes.start_relay()
    processes.start_dead_letter_consumer()
    with transaction.atomic():
        for number in range(tasks):
            enqueue(NAME, {"event_id": number})
    wait_until(lambda: DeadLetter.objects.count() == tasks, "a dead letter for each")
    assert set(DeadLetter.objects.values_list("cause", "exception_type", "exception_message")) == {
        ("rejected", "RuntimeError", "sabotaged")
    }
    times: dict[int, list[float]] = {}
    for line in tries.read_text().splitlines():
        number, moment = json.loads(line)
        times.setdefault(number, []).append(moment)
    waits = [[later - earlier for earlier, later in pairwise(each)] for each in times.values()]
    return waits, worker.log


def test_without_jitter_each_wait_is_twice_the_last_up_to_the_longest(
    processes: Processes, broker: Broker, tries: Path
) -> None:
    (waits,), log = run_out_of_tries(processes, tries, tasks=1, JITTER="no", BACKOFF="1", BACKOFF_MAX="3")
    assert re.findall(r"Retry in (\S+)s", log) == ["1", "2", "3"]
    assert len(waits) == 3
    assert all(wait >= planned for wait, planned in zip(waits, [1, 2, 3], strict=True))


def test_with_jitter_the_waits_differ_and_none_is_shorter_than_a_second(
    processes: Processes, broker: Broker, tries: Path
) -> None:
    waits, log = run_out_of_tries(processes, tries, tasks=20, JITTER="yes", BACKOFF="2", BACKOFF_MAX="4")
    assert [len(each) for each in waits] == [3] * 20
    assert min(map(min, waits)) >= 1
    planned = {int(seconds) for seconds in re.findall(r"Retry in (\S+)s", log)}
    assert planned <= {1, 2, 3, 4}
    assert len(planned) > 1


def test_a_part_of_a_second_is_a_whole_one(processes: Processes, broker: Broker, tries: Path) -> None:
    (waits,), log = run_out_of_tries(processes, tries, tasks=1, JITTER="no", BACKOFF="0", COUNTDOWN="0.3")
    assert re.findall(r"Retry in (\S+)s", log) == ["1", "1", "1"]
    assert min(waits) >= 1
