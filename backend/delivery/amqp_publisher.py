"""Sends to RabbitMQ: mandatory, and taken only when the broker has confirmed it."""

import time
from collections.abc import Sequence
from typing import Any

from kombu import Connection

from delivery.broker import BrokerUnavailable, describe, errors_of, open_connection
from delivery.confirms import Confirms
from delivery.envelopes import NoRoute, Row, prepare, queue_of

# Seconds without a single confirm after which the broker is taken for frozen.
CONFIRM_TIMEOUT = 10.0


class AmqpPublisher:
    """Pipelined: a whole batch goes out before the first confirm is awaited."""

    def __init__(self) -> None:
        self._connection: Connection | None = None
        self._channel: Any = None
        self._confirms = Confirms()
        self._blocked = False

    def connect(self) -> Connection:
        if self._connection is not None:
            return self._connection
        connection = open_connection()
        try:
            # py-amqp's own objects: kombu's would reconnect behind our back, and the confirms would never come.
            amqp = connection.connection
            amqp.on_blocked, amqp.on_unblocked = self._on_blocked, self._on_unblocked
            self._channel = amqp.channel()
            self._channel.confirm_select()
        except errors_of(connection) as error:
            connection.collect()
            raise BrokerUnavailable(describe(error)) from error
        self._connection = connection
        self._blocked = False
        self._confirms = Confirms()
        self._confirms.listen(self._channel)
        return connection

    def publish(self, rows: Sequence[Row]) -> dict[int, str]:
        connection = self.connect()
        refused: dict[int, str] = {}
        try:
            tags = {tag: row for row in rows if (tag := self._send(row, refused)) is not None}
            self._await_confirms()
        except errors_of(connection) as error:
            self.close()
            raise BrokerUnavailable(describe(error)) from error
        except BrokerUnavailable:
            self.close()
            raise
        for tag, reason in self._confirms.take_refusals().items():
            refused[tags[tag].id] = reason
        return refused

    def _send(self, row: Row, refused: dict[int, str]) -> int | None:
        """Send one row; returns its delivery tag, or None and says why in `refused`."""
        try:
            queue = queue_of(row.task_name)
        except NoRoute as error:
            refused[row.id] = str(error)
            return None
        message = prepare(row, self._channel)
        tag = self._confirms.expect(str(row.task_id))
        self._channel.basic_publish(
            message, exchange=queue.exchange.name, routing_key=queue.routing_key, mandatory=True
        )
        return tag

    def _await_confirms(self) -> None:
        waiting, deadline = self._confirms.waiting, time.monotonic() + CONFIRM_TIMEOUT
        while self._confirms.waiting:
            if self._blocked:
                raise BrokerUnavailable("it takes no messages now: its memory or disk alarm is on")
            if self._confirms.waiting < waiting:
                waiting, deadline = self._confirms.waiting, time.monotonic() + CONFIRM_TIMEOUT
            patience = deadline - time.monotonic()
            if patience <= 0:
                raise BrokerUnavailable(f"{waiting} messages without an answer for {CONFIRM_TIMEOUT:.0f} s")
            try:
                self._channel.connection.drain_events(timeout=patience)
            except TimeoutError:
                continue

    def keep_alive(self) -> None:
        if self._connection is None:
            return
        try:
            self._read_what_is_there()
            self._channel.connection.heartbeat_tick()
        except errors_of(self._connection):
            # Nothing was being sent; the next message connects anew and says so if it cannot.
            self.close()

    def _read_what_is_there(self) -> None:
        while True:
            try:
                self._channel.connection.drain_events(timeout=0)
            except TimeoutError:
                return

    def close(self) -> None:
        if self._connection is not None:
            # Without the handshake of closing, which a frozen broker would never answer.
            self._connection.collect()
        self._connection = self._channel = None

    def _on_blocked(self, _reason: str) -> None:
        self._blocked = True

    def _on_unblocked(self) -> None:
        self._blocked = False
