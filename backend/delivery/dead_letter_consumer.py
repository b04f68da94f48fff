"""Moves dead messages from their queues into the table. Any number of these may run."""

import logging
import sys
import time
from collections import deque
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from functools import partial
from typing import Any

from kombu import Connection

from delivery.broker import BrokerUnavailable, describe, errors_of, open_connection
from delivery.dead_letter_intake import ResultPending, take_dead_message
from delivery.dead_messages import DeadMessage, read_dead_message
from delivery.following import messaging
from delivery.long_running import LongRunning
from delivery.topology import dead_queue_of, task_queues
from telemetry import correlation, tracing

logger = logging.getLogger(__name__)

# Each is stored before the next is looked at; more would only be held back from another consumer.
PREFETCH = 10
# A worker rejects a message a moment before or after it writes the result; one that died in between never does.
RESULT_PATIENCE_SECONDS = 3.0
LOOK_SECONDS = 0.1
# A frame of 128 KiB has no room for more levels of six bytes each.
DEEPEST_HEADERS = 30_000
# How long a wait for the next message lasts before heartbeats are answered, and a stop is noticed.
WAIT_SECONDS = 0.5


class DeadLetterConsumer(LongRunning):
    """Acknowledges a message after its row was committed: if anything dies in between, it comes again."""

    def __init__(self) -> None:
        super().__init__("dead-letters")

    def _work(self) -> None:
        # What could not be stored goes back to its queue with the connection, which any error closes.
        with _consuming() as broker:
            self._broker_outage.end()
            self._consume(broker)

    def _consume(self, broker: Connection) -> None:
        channel: Any = broker.default_channel
        channel.basic_qos(0, PREFETCH, False)
        # The body as it came: py-amqp would decode it by the encoding that the message names.
        channel.auto_decode = False
        arrived: deque[tuple[str, Any]] = deque()
        with _room_for_nested_headers():
            for queue in task_queues():
                callback = partial(_keep, arrived, queue.name)
                channel.basic_consume(dead_queue_of(queue.name).name, callback=callback)
        while not self._wakeup.stopping:
            with suppress(TimeoutError), _room_for_nested_headers():
                broker.drain_events(timeout=WAIT_SECONDS)
            # What is left when it stops goes back to its queue with the connection.
            while arrived and not self._wakeup.stopping:
                self._take(channel, *arrived.popleft())
                self._heartbeat.beat()
            self._heartbeat.beat()
            broker.heartbeat_check()

    def _take(self, channel: Any, queue_name: str, message: Any) -> None:
        dead = read_dead_message(message, queue=queue_name)
        with correlation.use(dead.correlation_id), _span(dead):
            self._take_in(dead)
        channel.basic_ack(message.delivery_tag)

    def _take_in(self, dead: DeadMessage) -> None:
        deadline = time.monotonic() + RESULT_PATIENCE_SECONDS
        while True:
            try:
                letter = take_dead_message(dead, is_last_look=time.monotonic() >= deadline)
                break
            except ResultPending:
                time.sleep(LOOK_SECONDS)
        self._database_outage.end()
        if letter is None:
            logger.info("%s %s was given up after it had succeeded", dead.task_name, dead.task_id)
        else:
            logger.error("dead letter %d: %s: %s", letter.pk, letter, letter.exception_type or letter.cause)


def _span(dead: DeadMessage) -> AbstractContextManager[tracing.Span]:
    dead_queue = dead_queue_of(dead.queue).name
    attributes = messaging(
        "process", "process", dead.task_name, dead.task_id, dead.correlation_id, destination=dead_queue
    )
    parent = tracing.carrier_in(dead.headers)
    name = f"take in dead {dead.task_name}".strip()
    return tracing.span(name, "consumer", {**attributes, "placar.cause": dead.cause}, parent=parent)


def _keep(arrived: deque[tuple[str, Any]], queue_name: str, message: Any) -> None:
    arrived.append((queue_name, message))


@contextmanager
def _room_for_nested_headers() -> Iterator[None]:
    """For py-amqp, which decodes headers before it hands a message over, by calling itself at each level of them.

    A message on which it fails would come again and again, and none behind it would ever be taken.
    """
    usual = sys.getrecursionlimit()
    sys.setrecursionlimit(DEEPEST_HEADERS)
    try:
        yield
    finally:
        sys.setrecursionlimit(usual)


@contextmanager
def _consuming() -> Iterator[Connection]:
    broker = open_connection()
    try:
        yield broker
    except errors_of(broker) as error:
        raise BrokerUnavailable(describe(error)) from error
    finally:
        broker.collect()
