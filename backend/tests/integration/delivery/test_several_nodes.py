"""Several addresses of the broker, of which one is down: nobody waits for it."""

import os
import socket
import uuid
from threading import Thread

import pytest
from django.conf import LazySettings
from django.db import transaction

from delivery.broker import open_connection
from delivery.drift import find_drift
from delivery.management_api import ManagementApi
from delivery.models import DeadLetter, OutboxMessage
from delivery.outbox import enqueue
from tests.broker import Broker, channel_of
from tests.processes import Processes, wait_until

DOWN = "amqp://guest:guest@127.0.0.1:1/placar"


@pytest.fixture(params=["first", "last"])
def addresses(request: pytest.FixtureRequest) -> dict[str, str]:
    """The environment of a process that knows an address more than there are nodes."""
    up = os.environ["CELERY_BROKER_URL"]
    return {"CELERY_BROKER_URL": f"{DOWN};{up}" if request.param == "first" else f"{up};{DOWN}"}


def test_a_worker_declares_the_delays_without_asking_the_node_that_is_down(
    processes: Processes, broker: Broker, addresses: dict[str, str]
) -> None:
    with open_connection() as connection:
        channel_of(connection).exchange_delete("celery_delayed_delivery")
    worker = processes.start_worker(**addresses)
    assert find_drift() == []
    assert "delayed delivery" not in worker.log
    assert worker.stop() == 0


def test_the_relay_sends_and_the_consumer_takes_dead_letters(
    processes: Processes, broker: Broker, addresses: dict[str, str]
) -> None:
    for command in ("relay", "consume_dead_letters"):
        processes.start_command(command, extra_environment=addresses)
    with transaction.atomic():
        enqueue("events.generate_event_ranking", {"event_id": 1})
    wait_until(lambda: not OutboxMessage.objects.filter(sent_at=None).exists(), "the message sent")
    (message,) = broker.take_all("events")
    task_id = str(uuid.uuid4())
    with open_connection() as connection:
        connection.Producer().publish(
            message.body, exchange="placar.dead", routing_key="events", headers={"id": task_id}
        )
    wait_until(lambda: DeadLetter.objects.filter(task_id=task_id).exists(), "the dead letter in the table")


def test_a_node_that_dies_in_its_answer_is_passed_over(broker: Broker, settings: LazySettings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        Thread(target=answer_in_part, args=(server,), daemon=True).start()
        port = server.getsockname()[1]
        settings.BROKER_MANAGEMENT_URL = f"http://127.0.0.1:{port};{settings.BROKER_MANAGEMENT_URL}"
        assert "events" in {queue["name"] for queue in ManagementApi().get("queues")}


def answer_in_part(server: socket.socket) -> None:
    connection, _ = server.accept()
    with connection:
        connection.recv(65536)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n[")
