"""The session's RabbitMQ in tests."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from amqp import Message
from celery import current_app
from kombu import Connection, Queue
from kombu.transport.native_delayed_delivery import MAX_NUMBER_OF_BITS_TO_USE, level_name

from delivery.broker import open_connection
from delivery.drift import apply_topology
from delivery.topology import dead_queues

TOOL = Path(__file__).resolve().parents[2] / "scripts" / "private_services.py"


def channel_of(connection: Connection) -> Any:
    """py-amqp's channel, whose methods kombu's types do not know."""
    return connection.default_channel


class Broker:
    """The broker of CELERY_BROKER_URL: empty at the start of a test, and running again at its end."""

    def __init__(self) -> None:
        if "PLACAR_SERVICES_DIR" not in os.environ:
            pytest.fail("needs a RabbitMQ and a PostgreSQL of its own: run it by `make test`")
        self._done: set[str] = set()
        apply_topology()
        self.purge()

    def control(self, verb: str, *, node: int | None = None) -> None:
        """stop, start, kill, freeze, thaw, alarm or calm, of all nodes or of one; returns when it is so."""
        self._done.add(verb)
        of_one = [] if node is None else ["--node", str(node)]
        subprocess.run([sys.executable, TOOL, "broker", verb, *of_one], check=True)

    def restore(self) -> None:
        """Running, whatever the test did to it. The next test that needs it empties it."""
        if self._done:
            self.control("thaw")
            self.control("start")
        if "alarm" in self._done:
            self.control("calm")

    def purge(self) -> None:
        """Empty all queues, those of delayed messages included."""
        delays = [level_name(level) for level in range(MAX_NUMBER_OF_BITS_TO_USE)]
        with open_connection() as connection:
            dead = [queue.name for queue in dead_queues()]
            for queue in (*current_app.amqp.queues, *dead, *delays):
                channel_of(connection).queue_purge(queue)

    def publish(self, body: bytes, headers: dict[str, Any], *, to: str = "events", **properties: Any) -> None:
        """A message as anybody might write it, to one of our queues."""
        with open_connection() as connection:
            message = Message(body, application_headers=headers, **({"delivery_mode": 2} | properties))
            channel_of(connection).basic_publish(message, exchange="placar", routing_key=to)

    def count(self, queue: str) -> int:
        """How many messages are ready in the queue."""
        with open_connection() as connection:
            return int(channel_of(connection).queue_declare(queue, passive=True).message_count)

    def take_all(self, queue: str) -> list[Any]:
        """Takes every message out of the queue, as kombu's Message."""
        taken = []
        with open_connection() as connection:
            bound = Queue(queue)(connection.default_channel)
            while message := bound.get(no_ack=True):
                taken.append(message)
        return taken
