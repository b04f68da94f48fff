"""Deploys: every process is replaced while work flows, and what happens to a task that does not end in time."""

import signal
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from celery import current_app
from django.db import transaction
from django_celery_results.models import TaskResult

from delivery.models import DeadLetter, OutboxMessage
from delivery.outbox import enqueue
from tests.broker import Broker
from tests.processes import BACKEND, Processes, RunningProcess, wait_until
from tests.schedule_rows import every, outcomes

NAME = "events.generate_event_ranking"
TASKS = 2000
CHILDREN = 2
SLOW = -1


class Deployment:
    """All processes but the web, each of which can be replaced by a new one."""

    def __init__(self, processes: Processes, runs: Path, **environment: str) -> None:
        self._processes = processes
        self._environment = {"RUNS": str(runs), **environment}
        self._names: Counter[str] = Counter()

    def start_relay(self) -> RunningProcess:
        return self._processes.start_relay("--batch-size", "50")

    def start_worker(self) -> RunningProcess:
        """Each under a name of its own, as containers have it: of two of one name the second is never ready."""
        self._names["worker"] += 1
        name = f"worker{self._names['worker']}@%h"
        return self._processes.start_worker(
            "--concurrency", str(CHILDREN), "-n", name, app="tests.flow", **self._environment
        )

    def start_dead_letter_consumer(self) -> RunningProcess:
        consumer = self._processes.start_command("consume_dead_letters")
        consumer.wait_for_log("dead-letter consumer started")
        return consumer

    def start_beat(self) -> RunningProcess:
        command = [str(BACKEND.parent / ".venv/bin/celery"), "-A", "config", "beat", "-l", "info", "--pidfile="]
        beat = self._processes.start(*command)
        beat.wait_for_log("beat: Starting...")
        return beat


def ask_in_steps(first: int, number: int) -> None:
    """As requests do: each in a transaction of its own."""
    for event_id in range(first, first + number):
        with transaction.atomic():
            enqueue(NAME, {"event_id": event_id})


def all_have_succeeded() -> bool:
    return TaskResult.objects.filter(status="SUCCESS").count() == OutboxMessage.objects.count()


def runs_in(file: Path) -> list[list[str]]:
    return [line.split() for line in file.read_text().splitlines()] if file.exists() else []


def test_all_processes_are_replaced_while_two_thousand_tasks_flow(
    processes: Processes, broker: Broker, tmp_path: Path
) -> None:
    runs = tmp_path / "runs"
    deployment = Deployment(processes, runs)
    schedule = every(1, kwargs=f'{{"event_id": {TASKS}}}')
    roles: list[Callable[[], RunningProcess]] = [
        deployment.start_relay,
        deployment.start_worker,
        deployment.start_worker,
        deployment.start_dead_letter_consumer,
        deployment.start_beat,
    ]
    running = [start() for start in roles]
    codes = []
    share = TASKS // (2 * len(roles))
    for place, start in enumerate(roles * 2):
        ask_in_steps(place * share, share)
        role = place % len(roles)
        old = running[role]
        if place < len(roles):  # the new one first, as a rolling deploy does it
            running[role] = start()
            codes.append(old.stop())
        else:  # and the old one first, as Compose does it
            codes.append(old.stop())
            running[role] = start()
    codes.append(running.pop().stop())  # beat, which would go on asking
    wait_until(all_have_succeeded, "all done")
    codes += [process.stop() for process in running]
    assert set(codes) == {0}
    ran = runs_in(runs)
    times_run = Counter(int(event_id) for event_id, _ in ran)
    slots = [moment for moment, _ in outcomes(schedule)]
    assert times_run == Counter(range(TASKS)) + Counter({TASKS: len(slots)})
    assert slots == [slots[0] + number * timedelta(seconds=1) for number in range(len(slots))]
    # What the broker hands over in the moment of a stop goes back unread and has spent one of its deliveries: no more
    # than one for each child of a worker, four of which were stopped while tasks flowed.
    assert sum(how == "again" for _, how in ran) <= 4 * CHILDREN
    assert not DeadLetter.objects.exists()
    assert not any(broker.count(queue) for queue in current_app.amqp.queues)


def test_a_task_that_outlasts_the_grace_period_goes_to_the_next_worker_and_spends_one_delivery(
    processes: Processes, broker: Broker, tmp_path: Path
) -> None:
    runs = tmp_path / "runs"
    deployment = Deployment(processes, runs, SECONDS="8")
    deployment.start_relay()
    old = deployment.start_worker()
    ask_in_steps(SLOW, 1)
    wait_until(lambda: runs_in(runs), "the task has begun")
    old.signal(signal.SIGTERM)
    old.wait_for_log("Warm shutdown")
    # The grace period is over: what Compose does then to all of the container.
    assert not old.has_ended
    old.kill()
    deployment.start_worker()
    wait_until(TaskResult.objects.filter(status="SUCCESS").exists, "done by the next worker")
    assert runs_in(runs) == [["-1", "first"], ["-1", "again"], ["-1", "done"]]
    assert not DeadLetter.objects.exists()


def test_sigterm_lets_a_running_task_end(processes: Processes, broker: Broker, tmp_path: Path) -> None:
    runs = tmp_path / "runs"
    deployment = Deployment(processes, runs, SECONDS="2")
    deployment.start_relay()
    worker = deployment.start_worker()
    ask_in_steps(SLOW, 1)
    wait_until(lambda: runs_in(runs), "the task has begun")
    assert worker.stop() == 0
    assert runs_in(runs) == [["-1", "first"], ["-1", "done"]]
    assert TaskResult.objects.get().status == "SUCCESS"
    assert broker.count("events") == 0
