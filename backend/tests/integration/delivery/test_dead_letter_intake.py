"""What the broker gave up comes into the table once, with all it held, whatever that is."""

import sys
import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from amqp import Message
from django.db import connection, transaction

from delivery.broker import open_connection
from delivery.dead_letter_intake import take_dead_message
from delivery.dead_messages import read_dead_message
from delivery.ledger import task_state
from delivery.models import DeadLetter
from delivery.outbox import enqueue
from delivery.result_rows import write_state
from tests.broker import Broker, channel_of
from tests.processes import Processes, wait_until


def give_up(body: bytes, *, times: int = 1, headers: dict[str, Any] | None = None, **properties: Any) -> None:
    """As a worker that cannot read the message: events -> events.dead."""
    message = Message(body, application_headers=headers or {}, delivery_mode=2, **properties)
    with open_connection() as connection:
        channel = channel_of(connection)
        for _ in range(times):
            channel.basic_publish(message, exchange="placar", routing_key="events")
        for _ in range(times):
            wait_until(lambda: reject_one(channel), "the message")


def reject_one(channel: Any) -> bool:
    message = channel.basic_get("events")
    if message is not None:
        channel.basic_reject(message.delivery_tag, requeue=False)
    return message is not None


def take_without_acknowledging(broker: Broker) -> None:
    """As a consumer that dies between its commit and the acknowledgement."""
    wait_until(lambda: broker.count("events.dead") == 1, "the dead message in its queue")
    with open_connection() as connection:
        message = channel_of(connection).basic_get("events.dead")
        assert take_dead_message(read_dead_message(message, queue="events"), is_last_look=True)


@pytest.mark.parametrize("headers", [{}, {"id": "6a7f", "task": "events.unheard_of"}])
def test_a_message_that_comes_again_is_the_same_letter(
    processes: Processes, broker: Broker, headers: dict[str, Any]
) -> None:
    give_up(b"garbage", headers=headers)
    take_without_acknowledging(broker)
    take_without_acknowledging(broker)
    processes.start_dead_letter_consumer()
    wait_until(lambda: broker.count("events.dead") == 0, "the message taken")
    give_up(b"another", headers=headers)
    wait_until(DeadLetter.objects.filter(body=b"another").exists, "the one behind it")
    assert DeadLetter.objects.filter(body=b"garbage").count() == 1


@pytest.mark.django_db(transaction=True)
def test_what_succeeds_at_the_very_moment_is_no_letter() -> None:
    """Of a task with two messages one is given up while the other one's run commits."""
    with transaction.atomic():
        task_id = enqueue("events.generate_event_ranking", {"event_id": 1})
    with ThreadPoolExecutor(1) as threads:
        with transaction.atomic():
            kept = {"content_type": "application/json", "content_encoding": "utf-8"}
            write_state({"task_id": str(task_id), "status": "SUCCESS", "result": "1", **kept})
            taken = threads.submit(take, task_id)
            wait_until(lambda: is_waiting_for_lock() or taken.done(), "the other one waiting for this transaction")
        assert taken.result() is None
    assert task_state(task_id).state == "succeeded"
    assert not DeadLetter.objects.exists()


def take(task_id: uuid.UUID) -> DeadLetter | None:
    message = Message(b"[[], {}, {}]", application_headers={"id": str(task_id)})
    message.delivery_info = {"redelivered": False}
    try:
        return take_dead_message(read_dead_message(message, queue="events"), is_last_look=True)
    finally:
        connection.close()


def is_waiting_for_lock() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
        return bool(cursor.fetchone()[0])


def test_messages_that_are_equal_are_letters_of_their_own(processes: Processes, broker: Broker) -> None:
    give_up(b"garbage", times=15)  # more than are given out before one is acknowledged
    processes.start_dead_letter_consumer()
    wait_until(lambda: DeadLetter.objects.count() == 15, "a letter for each")


def test_a_body_in_any_encoding_is_kept_as_it_came(processes: Processes, broker: Broker) -> None:
    processes.start_dead_letter_consumer()
    give_up(b"\xff\xfe\xe9", content_type="text/plain", content_encoding="latin-1")
    wait_until(DeadLetter.objects.exists, "the letter")
    assert bytes(DeadLetter.objects.get().body) == b"\xff\xfe\xe9"


HEADERS: list[dict[str, Any]] = [
    {"id": "\0", "task": "\0.x"},
    {"a\0": "\0"},
    {"x-death": [{"queue": "events", "reason": "\0", "time": 7}]},
    {"x-death": "none", "a": b"\xff"},
    {"a": 2**62, "b": 1e300, "c": [1, {"d": None}]},
    {"a": "\ud800"},
]


@pytest.mark.parametrize("headers", HEADERS, ids=range(len(HEADERS)))
def test_headers_of_any_kind_are_kept(processes: Processes, broker: Broker, headers: dict[str, Any]) -> None:
    consumer = processes.start_dead_letter_consumer()
    give_up(b"[[], {}, {}]", headers=headers, content_type="application/json")
    wait_until(lambda: DeadLetter.objects.exists() or consumer.has_ended, "the letter", seconds=8)
    assert not consumer.has_ended
    wait_until(lambda: broker.count("events.dead") == 0, "nothing left")


@pytest.mark.parametrize("levels", [300, 700, 15_000])
def test_headers_nested_however_deep_hold_up_nothing(processes: Processes, broker: Broker, levels: int) -> None:
    headers: dict[str, Any] = {}
    for _ in range(levels):
        headers = {"a": headers}
    usual = sys.getrecursionlimit()
    sys.setrecursionlimit(50_000)
    try:
        with open_connection() as connection:
            message = Message(b"garbage", application_headers={"id": "6a7f", "b": headers})
            channel_of(connection).basic_publish(message, exchange="placar.dead", routing_key="events")
    finally:
        sys.setrecursionlimit(usual)
    consumer = processes.start_dead_letter_consumer()
    wait_until(lambda: DeadLetter.objects.exists() or consumer.has_ended, "the letter")
    assert DeadLetter.objects.get().task_id == "6a7f"
