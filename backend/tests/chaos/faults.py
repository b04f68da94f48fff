"""Kills processes at random moments and starts them again, with an account of what was hit."""

import os
import signal
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from random import Random

from celery import states
from django.db import connection, transaction
from django.db.models import F
from django_celery_results.models import TaskResult

from apps.events.changes import lock_event
from apps.events.models import Event, ImportBatch
from delivery.models import OutboxMessage
from tests.broker import Broker
from tests.processes import Processes, RunningProcess, wait_until

LONGEST_PAUSE = 4.0  # seconds from one fault to the next
LONGEST_DOWNTIME = 1.5

# What is killed, and whether it waits for an import that is between two chunks. A child that is killed costs its task
# one of three retries, so there are three such faults at most: with more, a task may rightly end as failed.
DECK = (
    ("worker", True),
    ("worker", False),
    ("worker", False),
    ("children", True),
    ("children", False),
    ("relay", False),
    ("relay", False),
    ("relay", False),
    ("broker", False),
    ("broker", False),
)


@dataclass(frozen=True, slots=True)
class Fault:
    """One kill: when, what, and what was under way at that moment."""

    second: float
    target: str
    hit: str

    def __str__(self) -> str:
        return f"{self.second:>6.1f} s  {self.target:<9} {self.hit}"


class Injector:
    """Runs a worker and a relay, and kills them and the broker in a random order."""

    def __init__(self, random: Random, processes: Processes, broker: Broker, event: Event) -> None:
        self._random = random
        self._processes = processes
        self._broker = broker
        self._event = event
        self._started = time.monotonic()
        self.faults: list[Fault] = []
        self._relay = processes.start_relay()
        self._worker = self._start_worker()

    def inject_all(self) -> None:
        """Every fault of the deck once, at a random moment each."""
        try:
            for target, during_import in self._random.sample(DECK, len(DECK)):
                time.sleep(self._random.uniform(0, LONGEST_PAUSE))
                if during_import:
                    wait_until(partial(self._hit_import, target), "an import under way")
                else:
                    self._hit(target)
                self._restart(target)
        finally:
            connection.close()

    def _hit_import(self, target: str) -> bool:
        """Kill while an import has stored a part of its file; returns whether there was one."""
        with transaction.atomic():
            # Under the lock no import goes on, so that it is still in its middle when the signal comes.
            lock_event(self._event.pk)
            half_done = ImportBatch.objects.filter(
                state=ImportBatch.State.RUNNING, bytes_read__gt=0, bytes_read__lt=F("file_size")
            )
            running = TaskResult.objects.filter(status=states.STARTED).values_list("task_id", flat=True)
            if not any(str(task_id) in set(running) for task_id in half_done.values_list("task_id", flat=True)):
                return False
            self._hit(target)
        return True

    def _hit(self, target: str) -> None:
        self.faults.append(Fault(time.monotonic() - self._started, target, _under_way()))
        if target == "worker":
            # Its main process alone: the children are left to end by themselves.
            self._worker.signal(signal.SIGKILL)
            self._worker.wait()
        elif target == "children":
            for pid in _children(self._worker):
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        elif target == "relay":
            self._relay.kill()
        else:
            self._broker.control("kill")

    def _restart(self, target: str) -> None:
        time.sleep(self._random.uniform(0, LONGEST_DOWNTIME))
        if target == "worker":
            self._worker = self._start_worker()
        elif target == "relay":
            self._relay = self._processes.start_relay()
        elif target == "broker":
            self._broker.control("start")
        # Children are replaced by their worker.

    def _start_worker(self) -> RunningProcess:
        return self._processes.start_worker("--concurrency", "2")


def _children(process: RunningProcess) -> Sequence[int]:
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    return [int(pid) for pid in children.read_text().split()]


def _under_way() -> str:
    """The tasks that run, with how far the imports are, and how many messages wait for the relay."""
    running = list(TaskResult.objects.filter(status=states.STARTED).values_list("task_id", flat=True))
    names = OutboxMessage.objects.filter(task_id__in=running).values_list("task_name", flat=True)
    batches = ImportBatch.objects.filter(task_id__in=running)
    imports = [f"import {batch.pk} at {batch.bytes_read * 100 // batch.file_size} %" for batch in batches]
    waiting = OutboxMessage.objects.filter(sent_at=None).count()
    return f"{', '.join([*names, *imports]) or 'nothing'}; {waiting} in the outbox"
