"""What goes wrong with retries, delays and lost connections, on the real broker with our configuration."""

import uuid
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from celery import current_app
from django.db import transaction
from django_celery_results.models import TaskResult
from kombu.transport.native_delayed_delivery import MAX_NUMBER_OF_BITS_TO_USE, calculate_routing_key, level_name

from delivery.broker import open_connection
from delivery.ledger import task_state
from delivery.management_api import ManagementApi
from delivery.models import DeadLetter
from delivery.outbox import enqueue
from tests.broker import Broker, channel_of
from tests.processes import Processes, wait_until

NAME = "events.generate_event_ranking"


def ask(event_id: object) -> uuid.UUID:
    with transaction.atomic():
        return enqueue(NAME, {"event_id": event_id})


def in_the_delays(broker: Broker) -> int:
    return sum(broker.count(level_name(level)) for level in range(MAX_NUMBER_OF_BITS_TO_USE))


def test_a_delay_of_a_fraction_of_a_second_is_an_error_so_every_retry_waits_whole_seconds() -> None:
    with pytest.raises(ValueError, match="positive number"):
        calculate_routing_key(0.5, "events")  # type: ignore[arg-type]
    current_app.loader.import_default_modules()
    tasks: list[Any] = list(current_app.tasks.values())
    for task in tasks:
        assert isinstance(task.default_retry_delay, int)
        if not task.name.startswith("celery."):
            assert task.retry_kwargs == {"max_retries": 3, "countdown": 10}, task.name
            assert not getattr(task, "retry_backoff", False)


def test_a_retry_waits_in_the_broker_and_outlives_its_worker(processes: Processes, broker: Broker) -> None:
    processes.start_relay()
    first = processes.start_worker()
    task_id = ask("no number")
    first.wait_for_log(f"[{task_id}] retry: Retry in 10s")
    assert in_the_delays(broker) == 1
    first.kill()
    assert in_the_delays(broker) == 1
    second = processes.start_worker()
    # Not that the delays are empty now: the next try fails too, and waits there in its turn.
    second.wait_for_log(f"[{task_id}] received")


def test_a_retry_that_cannot_be_published_is_a_dead_letter(processes: Processes, broker: Broker) -> None:
    """Published without confirms into an exchange that is gone it would have vanished."""
    consumer = processes.start_command("consume_dead_letters")
    processes.start_relay()
    worker = processes.start_worker()
    with open_connection() as connection:
        channel_of(connection).exchange_delete("celery_delayed_27")
    task_id = ask("no number")
    wait_until(DeadLetter.objects.filter(task_id=str(task_id)).exists, "the dead letter")
    assert task_state(task_id).state == "failed"
    assert not worker.has_ended
    assert consumer.stop() == 0


def test_a_connection_lost_in_mid_task_does_not_run_it_twice_at_once(
    processes: Processes, broker: Broker, tmp_path: Path
) -> None:
    runs = tmp_path / "runs"
    processes.start_relay()
    worker = processes.start_worker("--concurrency", "2", app="tests.flow", RUNS=str(runs), SECONDS="3")
    wait_until(consuming, "the worker's consumer in the management API")
    connections = consuming()
    assert connections
    ask(-1)
    wait_until(runs.exists, "the task has begun")
    cut(connections)
    wait_until(TaskResult.objects.filter(status="SUCCESS").exists, "done")
    assert worker.stop() == 0  # after the end of another run, were there one
    # The run under way was ended before the message came again: it never got to its end.
    assert runs.read_text().splitlines() == ["-1 first", "-1 again", "-1 done"]


def cut(connections: set[str]) -> None:
    """As a failing network does it."""
    for name in connections:
        ManagementApi()._ask("DELETE", f"connections/{quote(name, safe='')}")


def consuming() -> set[str]:
    """The names of the connections that consume events.

    A channel that the management API has no figures of yet has `[]` for its details, not an object.
    """
    consumers = ManagementApi().get("consumers")
    details = [each["channel_details"] for each in consumers if each["queue"]["name"] == "events"]
    return {channel["connection_name"] for channel in details if channel}
