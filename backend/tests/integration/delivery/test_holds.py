"""Holds with real relays and workers: nothing that is held is sent or run, and what is released goes in its order."""

import re
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from django_celery_results.models import TaskResult

from delivery.holds import hold_work, release_hold
from delivery.ledger import task_state
from delivery.models import Hold, OperatorAct, OutboxMessage
from delivery.outbox import enqueue
from tests.broker import Broker
from tests.processes import Processes, RunningProcess, wait_until
from tests.task_states import count_states

NAME = "events.generate_event_ranking"
STANDINGS = "rankings.refresh_season_standings"


def ask(name: str = NAME, **kwargs: Any) -> uuid.UUID:
    with transaction.atomic():
        return enqueue(name, kwargs)


def ask_often(number: int) -> list[uuid.UUID]:
    return [ask(event_id=event_id) for event_id in range(number)]


def hold(**what: Any) -> Hold:
    return hold_work(**what, reason="a wrong rule", who="ana")


def release(held: Hold) -> None:
    release_hold(held.pk, reason="mended", who="ana")


def unsent() -> int:
    return OutboxMessage.objects.filter(sent_at=None).count()


def wait_until_all_is_sent() -> None:
    wait_until(lambda: unsent() == 0, "all messages marked as sent")


def wait_for_state(task_id: uuid.UUID, state: str) -> None:
    wait_until(lambda: task_state(task_id).state == state, f"{task_id} {state}")


def runs(worker: RunningProcess) -> list[uuid.UUID]:
    """The ids of the tasks that the worker ran, in the order of their ends."""
    return [uuid.UUID(found) for found in re.findall(rf"Task {NAME}\[(\S+)\] succeeded", worker.log)]


def send_and_stop(processes: Processes) -> None:
    """Bring all that waits to the broker, where no worker takes it."""
    relay = processes.start_relay()
    wait_until_all_is_sent()
    assert relay.stop() == 0


def test_what_is_asked_for_under_a_hold_is_not_sent_and_goes_out_in_order(processes: Processes, broker: Broker) -> None:
    made = processes.run_command("hold", "queue", "events", "--reason", "a wrong rule")
    assert made.returncode == 0, made.stderr
    processes.start_relay()
    ask_often(5)
    # It is later than the others and goes, so they were passed over.
    wait_for_state(ask(STANDINGS, event_id=1), "sent")
    assert (unsent(), broker.count("events")) == (5, 0)
    released = processes.run_command("hold", "release", str(Hold.objects.get().pk), "--reason", "mended")
    assert released.returncode == 0, released.stderr
    wait_until_all_is_sent()
    assert [message.payload[1]["event_id"] for message in broker.take_all("events")] == [0, 1, 2, 3, 4]
    assert [(act.action, act.count) for act in OperatorAct.objects.order_by("id")] == [("hold", 0), ("release", 5)]


def test_what_the_broker_has_is_given_back_and_runs_once_in_order(processes: Processes, broker: Broker) -> None:
    tasks = ask_often(8)
    send_and_stop(processes)
    held = hold(task_name=NAME)
    worker = processes.start_worker()
    wait_until(lambda: unsent() == 8, "all given back")
    wait_for_state(ask_and_send(processes, STANDINGS, event_id=1), "succeeded")
    assert runs(worker) == []
    assert broker.count("events") == 0
    for task_id in tasks:
        state = task_state(task_id)
        assert (state.state, state.started_at) == ("waiting", None)
        assert state.reason == f"held: task {NAME} (hold {held.pk})"
    assert not TaskResult.objects.filter(task_id__in=map(str, tasks)).exists()
    processes.start_relay()
    release(held)
    wait_until(lambda: count_states() == {"succeeded": 9}, "all done")
    assert runs(worker) == tasks


def ask_and_send(processes: Processes, name: str, **kwargs: Any) -> uuid.UUID:
    task_id = ask(name, **kwargs)
    relay = processes.start_relay()
    wait_until(lambda: OutboxMessage.objects.get(task_id=task_id).sent_at, "sent")
    assert relay.stop() == 0
    return task_id


def test_a_hold_in_the_middle_of_the_work_loses_nothing_and_doubles_nothing(
    processes: Processes, broker: Broker
) -> None:
    processes.start_relay("--batch-size", "20")
    worker = processes.start_worker()
    tasks = ask_often(150)
    wait_until(lambda: runs(worker), "the first one done")
    held = hold(queue="events")
    wait_until(lambda: set(count_states()) == {"succeeded", "waiting"}, "the rest given back")
    done = len(runs(worker))
    assert 0 < done < 150
    wait_for_state(ask(STANDINGS, event_id=1), "succeeded")
    assert len(runs(worker)) == done
    release(held)
    wait_until(lambda: count_states() == {"succeeded": 151}, "all done")
    assert sorted(runs(worker)) == sorted(tasks)
    # All of the rest was back when it was released.
    assert runs(worker)[done:] == [task_id for task_id in tasks if task_id in set(runs(worker)[done:])]


def test_a_hold_survives_the_end_of_relay_and_worker(processes: Processes, broker: Broker) -> None:
    in_broker = ask(event_id=1)
    send_and_stop(processes)
    held = hold(queue="events")
    waiting = ask(event_id=2)
    for number in range(2):
        relay, worker = processes.start_relay(), processes.start_worker()
        wait_for_state(ask(STANDINGS, event_id=number), "succeeded")
        wait_for_state(in_broker, "waiting")
        assert task_state(waiting).state == "waiting"
        relay.kill()
        worker.kill()
    release(held)
    processes.start_relay()
    processes.start_worker()
    for task_id in (in_broker, waiting):
        wait_for_state(task_id, "succeeded")


def test_a_hold_ends_by_itself_without_a_poll(processes: Processes, broker: Broker) -> None:
    processes.start_relay("--poll", "3600")
    until = timezone.now() + timedelta(seconds=3)
    hold(queue="events", until=until)
    task_id = ask(event_id=1)
    wait_until_all_is_sent()
    sent_at = OutboxMessage.objects.get(task_id=task_id).sent_at
    assert sent_at is not None
    assert until <= sent_at < until + timedelta(seconds=30)


def test_a_release_wakes_the_relay(processes: Processes, broker: Broker) -> None:
    held = hold(queue="events")
    processes.start_relay("--poll", "3600")
    ask(event_id=1)
    wait_for_state(ask(STANDINGS, event_id=1), "sent")
    release(held)
    wait_until_all_is_sent()


def test_an_argument_parks_its_tasks_alone(processes: Processes, broker: Broker) -> None:
    parked, text, other = ask(event_id=42), ask(event_id="42"), ask(event_id=43)
    send_and_stop(processes)
    held = hold(argument="event_id", value=42)
    worker = processes.start_worker()
    # A worker logs a run a moment after its result is there.
    wait_until(lambda: set(runs(worker)) == {text, other}, "both others run")
    for task_id in (text, other):
        wait_for_state(task_id, "succeeded")
    assert task_state(parked).reason == f"held: argument event_id=42 (hold {held.pk})"


def test_a_retry_that_waits_in_the_broker_is_given_back_when_it_comes(processes: Processes, broker: Broker) -> None:
    task_id = ask(event_id="no number")
    relay, worker = processes.start_relay(), processes.start_worker()
    wait_until(lambda: task_state(task_id).reason is not None, "the first try has failed")
    held = hold(queue="events")
    assert task_state(task_id).state == "sent"
    wait_for_state(task_id, "waiting")
    assert task_state(task_id).reason == f"held: queue events (hold {held.pk})"
    # The second try, ten seconds later, was only looked at.
    assert worker.log.count(f"[{task_id}] received") == 2
    assert worker.log.count(f"[{task_id}] retry: ") == 1
    worker.wait_for_log(f"{NAME} {task_id} goes back to the outbox: hold {held.pk}, queue events")
    assert relay.stop() == 0


def test_while_nothing_is_due_but_held_rows_the_relay_sleeps(processes: Processes) -> None:
    hold(argument="event_id", value=1)
    processes.start_relay("--poll", "3600")
    ask(event_id=1)
    # One that looked again and again would not rest for a second.
    wait_until(has_rested, "the relay at rest", seconds=30)
    assert unsent() == 1


def has_rested() -> bool:
    before = last_question()
    time.sleep(1)
    return bool(last_question() == before)


def last_question() -> Any:
    """When another connection last asked the database anything."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT max(query_start) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        return cursor.fetchone()[0]


def test_a_worker_that_cannot_ask_tries_again(processes: Processes, broker: Broker) -> None:
    task_id = ask(event_id=1)
    send_and_stop(processes)
    with no_holds_to_read():
        worker = processes.start_worker(app="tests.haste")
        worker.wait_for_log("Retry in 1s")
    wait_for_state(task_id, "succeeded")


@contextmanager
def no_holds_to_read() -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE delivery_hold RENAME TO delivery_hold_away")
        try:
            yield
        finally:
            cursor.execute("ALTER TABLE delivery_hold_away RENAME TO delivery_hold")
