"""Where the relay sends its rows."""

from collections.abc import Sequence
from typing import Protocol

from kombu import Connection

from delivery.amqp_publisher import AmqpPublisher
from delivery.broker import is_in_memory
from delivery.memory_publisher import MemoryPublisher
from delivery.messages import Row


class Publisher(Protocol):
    """Sends batches of outbox rows and tells which of them the broker has taken."""

    def connect(self) -> Connection:
        """Connect, unless connected already. Raises BrokerUnavailable."""

    def publish(self, rows: Sequence[Row]) -> dict[int, str]:
        """Send the rows and wait until the broker has answered for each.

        Returns the reason by row id of those that it refused; it has taken all others. Raises BrokerUnavailable when
        it stops answering: some of the rows may have arrived.
        """

    def keep_alive(self) -> None:
        """Answer the broker's heartbeats while there is nothing to send."""

    def close(self) -> None:
        """Let go of the connection."""


def make_publisher() -> Publisher:
    """The publisher that fits the broker of Celery's settings."""
    return MemoryPublisher() if is_in_memory() else AmqpPublisher()
