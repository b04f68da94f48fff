"""What cannot succeed ends as a dead letter with all it held, a failed result, and can be replayed."""

import sys
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from amqp import Message
from celery import current_app
from django.db import transaction

from delivery.broker import open_connection
from delivery.ledger import task_state
from delivery.management_api import ManagementApi
from delivery.models import DeadLetter
from delivery.outbox import enqueue
from delivery.policies import wanted_policies
from tests.broker import Broker, channel_of
from tests.dead_letters import NAME, make_dead_letters
from tests.processes import Processes, RunningProcess, wait_until


def ask(**kwargs: object) -> uuid.UUID:
    with transaction.atomic():
        return enqueue(NAME, kwargs)


def letter_of(task_id: uuid.UUID) -> DeadLetter:
    wait_until(DeadLetter.objects.filter(task_id=str(task_id)).exists, "the dead letter")
    return DeadLetter.objects.get(task_id=str(task_id))


@pytest.fixture
def roles(processes: Processes, broker: Broker) -> Iterator[RunningProcess]:
    """Relay and dead-letter consumer; a worker whose tasks fail at once is the test's to start."""
    processes.start_relay()
    consumer = processes.start_dead_letter_consumer()
    yield consumer
    assert consumer.stop() == 0


@pytest.mark.parametrize(
    ("how", "limits", "exception"),
    [
        ("exception", {}, "RuntimeError"),
        ("memory", {}, "OutOfMemory"),
        ("sleep", {"CELERY_TASK_SOFT_TIME_LIMIT": "1"}, "SoftTimeLimitExceeded"),
        ("sleep", {"CELERY_TASK_TIME_LIMIT": "1", "CELERY_TASK_SOFT_TIME_LIMIT": "0"}, "TimeLimitExceeded"),
        ("kill_child", {}, "WorkerLostError"),
    ],
)
def test_what_fails_for_good_is_a_dead_letter(
    processes: Processes, broker: Broker, roles: RunningProcess, how: str, limits: dict[str, str], exception: str
) -> None:
    worker = processes.start_sabotaged_worker(how, **limits)
    task_id = ask(event_id=7)
    letter = letter_of(task_id)
    assert (letter.task_name, letter.kwargs, letter.queue) == (NAME, {"event_id": 7}, "events")
    assert (letter.cause, letter.exception_type) == ("rejected", exception)
    assert task_state(task_id).state == "failed"
    assert not worker.has_ended
    if how == "exception":
        assert "tests/sabotage.py" in letter.traceback
    wait_until(lambda: all_empty(broker), "nothing left in any queue")


def test_arguments_that_do_not_fit_are_told_by_their_exception(
    processes: Processes, broker: Broker, roles: RunningProcess
) -> None:
    processes.start_worker()
    letter = letter_of(ask(no_such_argument=7))
    assert letter.exception_type == "TypeError"
    assert "no_such_argument" in letter.exception_message


def test_a_task_that_kills_its_whole_worker_is_given_up_with_a_failed_result(
    processes: Processes, broker: Broker, roles: RunningProcess
) -> None:
    wanted = wanted_policies()["placar.events"]
    ManagementApi().set_policy("placar.events", wanted | {"definition": wanted["definition"] | {"delivery-limit": 2}})
    task_id = ask(event_id=7)
    starts = 0
    while not DeadLetter.objects.exists():
        worker = processes.start_sabotaged_worker("kill_worker")
        starts += 1
        wait_until(lambda worker=worker: worker.has_ended or DeadLetter.objects.exists(), "its end")  # type: ignore[misc]
        # Three take it; the next may be started before the dead letter is in the table, and waits for it here.
        assert starts <= 4
    letter = letter_of(task_id)
    assert letter.cause == "delivery_limit"
    assert task_state(task_id).state == "failed"
    assert "its worker ended" in (task_state(task_id).reason or "")


def test_an_unknown_task_and_messages_that_cannot_be_read_are_dead_letters(
    processes: Processes, broker: Broker, roles: RunningProcess
) -> None:
    worker = processes.start_worker()
    publish(b"\xff\xfe no task", content_type="application/x-unheard-of", content_encoding="binary")
    publish(b"{broken", content_type="application/json", content_encoding="utf-8", headers=task_headers(NAME))
    publish(b"[[], {}, {}]", content_type="application/json", content_encoding="utf-8", headers=task_headers("a.b"))
    wait_until(lambda: DeadLetter.objects.count() == 3, "three dead letters")
    bodies = {bytes(letter.body) for letter in DeadLetter.objects.all()}
    assert bodies == {b"\xff\xfe no task", b"{broken", b"[[], {}, {}]"}
    assert not worker.has_ended
    wait_until(lambda: all_empty(broker), "nothing left in any queue")


def all_empty(broker: Broker) -> bool:
    names = [name for queue in current_app.amqp.queues for name in (queue, f"{queue}.dead")]
    return not any(broker.count(name) for name in names)


def publish(body: bytes, headers: dict[str, Any] | None = None, **properties: Any) -> None:
    with open_connection() as connection:
        message = Message(body, application_headers=headers or {}, delivery_mode=2, **properties)
        channel_of(connection).basic_publish(message, exchange="placar", routing_key="events")


def task_headers(name: str) -> dict[str, Any]:
    return {"id": str(uuid.uuid4()), "task": name, "lang": "py", "argsrepr": "()", "kwargsrepr": "{}"}


def test_list_show_and_discard(processes: Processes, broker: Broker) -> None:
    letters = make_dead_letters(3)
    listed = processes.run_command("dead_letters", "list")
    assert f"3  {'0' * 16}  {NAME}  RuntimeError" in listed.stdout
    shown = processes.run_command("dead_letters", "show", str(letters[1].pk))
    assert '{"event_id": 1}' in shown.stdout
    missing = processes.run_command("dead_letters", "discard", "999999", "--reason", "x", "--yes")
    assert "there is no dead letter 999999" in missing.stderr
    refused = processes.run_command("dead_letters", "discard", "--reason", "x", "--yes")
    assert "name ids or a filter, or all of them by --all" in refused.stderr
    run = processes.run_command("dead_letters", "discard", "--argument", "event_id=1", "--reason", "test", "--yes")
    assert run.stdout == "discarded: 1 dead letter\n"
    assert DeadLetter.objects.get(state="discarded") == letters[1]
    again = processes.run_command("dead_letters", "replay", str(letters[1].pk), "--reason", "x", "--yes")
    assert f"dead letter {letters[1].pk} was discarded" in again.stderr
    dry = processes.run_command("dead_letters", "discard", "--all", "--dry-run")
    assert dry.stdout.splitlines()[-1] == "dry run: discard would concern 2 dead letters"
    assert DeadLetter.objects.filter(state="waiting").count() == 2


def test_who_reads_only_the_first_lines_of_a_list_sees_no_error(processes: Processes, broker: Broker) -> None:
    make_dead_letters(2000)
    piped = processes.start("sh", "-c", f"{sys.executable} manage.py dead_letters list --each | head -n 1")
    assert piped.wait() == 0
    assert len(piped.log.splitlines()) == 1
