"""Sends to the broker of the embedded mode."""

from collections.abc import Sequence
from typing import Any

from kombu import Connection
from kombu.common import maybe_declare

from delivery.broker import open_connection
from delivery.messages import NoRoute, Row, prepare, queue_of, represent


class MemoryPublisher:
    """For `memory://`, where relay and worker share one process: taken when it is in the queue, without confirms."""

    def __init__(self) -> None:
        self._connection: Connection | None = None

    def connect(self) -> Connection:
        if self._connection is None:
            self._connection = open_connection()
        return self._connection

    def publish(self, rows: Sequence[Row]) -> dict[int, str]:
        channel: Any = self.connect().default_channel
        refused: dict[int, str] = {}
        for row in rows:
            try:
                queue = queue_of(row.task_name)
            except NoRoute as error:
                refused[row.id] = str(error)
                continue
            # The first message may come before the worker has declared the queue.
            maybe_declare(queue, channel)
            shown = represent(row.kwargs)
            message = prepare(channel, str(row.task_id), row.task_name, row.kwargs, shown, row.headers())
            channel.basic_publish(message, exchange=queue.exchange.name, routing_key=queue.routing_key)
        return refused

    def keep_alive(self) -> None:
        """Nothing to answer."""

    def close(self) -> None:
        if self._connection is not None:
            self._connection.release()
        self._connection = None
