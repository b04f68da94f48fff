"""Sends to RabbitMQ: mandatory, and taken only when the broker has confirmed it."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

from amqp import spec
from amqp.method_framing import frame_writer
from kombu import Connection

from delivery.broker import BrokerUnavailable, describe, errors_of, open_connection
from delivery.confirms import Confirms
from delivery.messages import NoRoute, Row
from delivery.templates import Template

# Seconds without a single confirm after which the broker is taken for frozen.
CONFIRM_TIMEOUT = 10.0
# The broker works on these while the next ones are made.
MESSAGES_PER_WRITE = 50
METHOD_FRAME = 1


class Outgoing:
    """Collects messages and writes many of them to the socket at once, framed by py-amqp.

    A write for each message would cost more than all the work on it.
    """

    def __init__(self, channel: Any) -> None:
        self._channel = channel
        self._bytes = bytearray()
        self._write_frame = frame_writer(channel.connection, self)

    def write(self, frame: memoryview) -> None:
        """What py-amqp asks of a transport."""
        self._bytes += frame

    def add(self, template: Template, row: Row) -> None:
        """Add the row's message."""
        arguments, content = template.publish_arguments, template.fill(row)
        self._write_frame(METHOD_FRAME, self._channel.channel_id, spec.Basic.Publish, arguments, content)

    def send(self) -> None:
        """Write all that was added."""
        self._channel.connection.transport.write(bytes(self._bytes))
        self._bytes.clear()


class AmqpPublisher:
    """Pipelined: a whole batch goes out before the first confirm is awaited."""

    def __init__(self) -> None:
        self._connection: Connection | None = None
        self._channel: Any = None
        self._templates: dict[str, Template] = {}
        self._blocked = False

    def connect(self) -> Connection:
        if self._connection is None:
            connection = open_connection()
            with self._in_touch(connection):
                # py-amqp's own connection: kombu's would reconnect by itself, and the confirms would never come.
                amqp = connection.connection
                amqp.on_blocked, amqp.on_unblocked = self._on_blocked, self._on_unblocked
                self._channel = amqp.channel()
                self._channel.confirm_select()
            self._confirms = Confirms(self._channel)
            self._outgoing = Outgoing(self._channel)
            self._connection, self._blocked = connection, False
        return self._connection

    def publish(self, rows: Sequence[Row]) -> dict[int, str]:
        unroutable: dict[int, str] = {}
        with self._in_touch(self.connect()):
            for number, row in enumerate(rows, 1):
                if reason := self._add(row):
                    unroutable[row.id] = reason
                if number % MESSAGES_PER_WRITE == 0:
                    self._outgoing.send()
            self._outgoing.send()
            self._await_confirms()
        return unroutable | self._confirms.take_refusals()

    def keep_alive(self) -> None:
        # What fails here is let go of: the next message connects anew, and says so if it cannot.
        if self._connection is not None:
            with suppress(BrokerUnavailable), self._in_touch(self._connection):
                self._read_what_is_there()
                self._channel.connection.heartbeat_tick()

    def close(self) -> None:
        if self._connection is not None:
            # Without the handshake of closing, which a frozen broker would never answer.
            self._connection.collect()
        self._connection = self._channel = None

    @contextmanager
    def _in_touch(self, connection: Connection) -> Iterator[None]:
        """Let go of the connection at any error: nobody knows what is still under way on it."""
        try:
            yield
        except BaseException as error:
            connection.collect()
            self._connection = self._channel = None
            if isinstance(error, errors_of(connection)):
                raise BrokerUnavailable(describe(error)) from error
            raise

    def _add(self, row: Row) -> str | None:
        """Returns why the row cannot be sent at all."""
        try:
            template = self._templates.get(row.task_name) or Template(self._channel, row.task_name)
        except NoRoute as error:
            return str(error)
        self._templates[row.task_name] = template
        self._confirms.expect(row)
        self._outgoing.add(template, row)
        return None

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
            with suppress(TimeoutError):
                self._channel.connection.drain_events(timeout=patience)

    def _read_what_is_there(self) -> None:
        with suppress(TimeoutError):
            while True:
                self._channel.connection.drain_events(timeout=0)

    def _on_blocked(self, _reason: str) -> None:
        self._blocked = True

    def _on_unblocked(self) -> None:
        self._blocked = False
