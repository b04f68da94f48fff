"""What Celery does with results and database connections that surprises, with our configuration."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

from delivery.ledger import task_state
from delivery.models import DeadLetter
from delivery.outbox import enqueue
from tests.broker import Broker
from tests.processes import Processes, wait_until

NAME = "events.generate_event_ranking"


def ask(event_id: int) -> uuid.UUID:
    with transaction.atomic():
        return enqueue(NAME, {"event_id": event_id})


def wait_for_success(task_id: uuid.UUID) -> None:
    wait_until(lambda: task_state(task_id).state == "succeeded", "succeeded")


def others() -> set[int]:
    """The process ids of all other connections to the database."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        return {pid for (pid,) in cursor.fetchall()}


def test_a_worker_keeps_its_database_connection_between_tasks(processes: Processes, broker: Broker) -> None:
    """Celery closes it before and after each task unless CELERY_DB_REUSE_MAX is set, whatever CONN_MAX_AGE says."""
    processes.start_relay()
    wait_until(others, "the relay's connection")
    the_relays = others()
    processes.start_worker()
    wait_for_success(ask(1))
    the_workers = others() - the_relays
    for event_id in range(2, 6):
        wait_for_success(ask(event_id))
    assert others() - the_relays == the_workers != set()


def test_a_task_whose_start_cannot_be_noted_does_not_vanish(processes: Processes, broker: Broker) -> None:
    """Celery acknowledges it unrun and without a result: track_started writes before all else."""
    consumer = processes.start_command("consume_dead_letters")
    processes.start_relay()
    worker = processes.start_worker()
    with no_results_to_write():
        task_id = ask(1)
        worker.wait_for_log(f"[{task_id}] received")
        worker.wait_for_log("does not exist")
    wait_until(lambda: task_state(task_id).state in ("failed", "succeeded"), "an end that can be seen")
    if task_state(task_id).state == "failed":
        wait_until(DeadLetter.objects.filter(task_id=str(task_id)).exists, "the dead letter")
    assert consumer.stop() == 0


@contextmanager
def no_results_to_write() -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE django_celery_results_taskresult RENAME TO results_away")
        try:
            yield
        finally:
            cursor.execute("ALTER TABLE results_away RENAME TO django_celery_results_taskresult")
