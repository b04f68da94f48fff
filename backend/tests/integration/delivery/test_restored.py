"""What the broker has of a past that the database does not know any more, and what the database has that it lost."""

import json
import uuid
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from celery import current_app
from django.db import connection
from django.utils import timezone
from django_celery_results.models import TaskResult

from delivery.broker import open_connection
from delivery.dead_letter_intake import take_dead_message
from delivery.dead_messages import DeadMessage
from delivery.ledger import task_state
from delivery.lost_letters import missing_letters, rebuild_letters
from delivery.messages import prepare, represent
from delivery.models import DeadLetter, OperatorAct, OutboxMessage
from delivery.restoring import IDS_AHEAD
from tests.broker import Broker, channel_of
from tests.factories import make_event
from tests.integration.delivery.asking import NAME, ask
from tests.processes import Processes, wait_until

HOUR = timedelta(hours=1)


def publish_as_relay(task_id: uuid.UUID, kwargs: dict[str, int]) -> None:
    with open_connection() as broker:
        channel = channel_of(broker)
        message = prepare(channel, str(task_id), NAME, kwargs, represent(kwargs), {})
        channel.basic_publish(message, current_app.conf.task_default_exchange, "events")


def test_what_the_outbox_does_not_know_is_not_run_nor_is_its_retry(
    processes: Processes, broker: Broker, tmp_path: Path
) -> None:
    worker = processes.start_worker(app="tests.mended", MENDED=str(tmp_path / "never"), RETRY_SECONDS="4")
    not_run = "is not run: the outbox does not have it"
    publish_as_relay(lost := uuid.uuid4(), {"event_id": 1})
    worker.wait_for_log(f"{lost} {not_run}")
    OutboxMessage.objects.create(task_id=(begun := uuid.uuid4()), task_name=NAME, kwargs={"event_id": 2})
    publish_as_relay(begun, {"event_id": 2})
    wait_until(TaskResult.objects.filter(status="RETRY").exists, "it waits for its next try")
    OutboxMessage.objects.all().delete()
    # What somebody sends past the outbox says nothing of it, and runs.
    other = current_app.send_task(NAME, kwargs={"event_id": 3}).id
    worker.wait_for_log(f"Task {NAME}[{other}] retry")
    worker.wait_for_log(f"{begun} {not_run}")
    assert [result.task_id for result in TaskResult.objects.all()] == [other]
    wait_until(lambda: broker.count("events") == 0, "an empty queue")


def test_settling_empties_the_broker_and_sends_again_all_that_is_not_finished(
    processes: Processes, broker: Broker
) -> None:
    """That workers then do it is shown by the drill of a restore (`make drills`)."""
    # As it was at the backup, when one of two was done, and a third not yet asked for.
    done, unfinished = ask(1), ask(2)
    OutboxMessage.objects.update(sent_at=timezone.now())
    TaskResult.objects.create(task_id=str(done), task_name=NAME, status="SUCCESS", result="null")
    publish_as_relay(uuid.uuid4(), {"event_id": 3})
    with open_connection() as connected:
        channel_of(connected).basic_consume("events")
        refused = processes.run_command("ledger", "restored", "--reason", "r")
    assert refused.returncode == 1
    assert "queue events has 1 consumers" in refused.stderr
    wait_until(lambda: broker.count("events") == 1, "the message of the lost past is back")
    settled = processes.run_command("ledger", "restored", "--reason", "restored from the backup")
    assert (settled.returncode, settled.stderr) == (0, "")
    assert broker.count("events") == 0
    assert (task_state(done).state, task_state(unfinished).state) == ("succeeded", "waiting")
    assert OutboxMessage.objects.get(sent_at=None).task_id == unfinished
    (act,) = OperatorAct.objects.all()
    assert (act.action, act.count, act.selector["purged"]) == ("resend", 1, 1)
    if connection.vendor == "postgresql":
        assert make_event().pk > IDS_AHEAD


def fail(**result: Any) -> OutboxMessage:
    """A task that failed an hour ago."""
    message = OutboxMessage.objects.create(task_name=NAME, kwargs={"event_id": 7}, sent_at=timezone.now() - HOUR)
    exception = {"exc_type": "ValueError", "exc_message": ["no such rule"], "exc_module": "builtins"}
    TaskResult.objects.create(
        task_id=str(message.task_id),
        status="FAILURE",
        task_name=NAME,
        result=json.dumps(exception),
        traceback="at 3",
        **result,
    )
    TaskResult.objects.update(date_done=timezone.now() - HOUR)
    return message


@pytest.mark.django_db
def test_a_letter_that_the_broker_lost_is_made_anew_and_known_when_it_comes_after_all() -> None:
    message = fail()
    assert rebuild_letters(who="me", reason="lost") == 1
    letter = DeadLetter.objects.get()
    assert (letter.task_id, letter.kwargs, letter.queue) == (str(message.task_id), {"event_id": 7}, "events")
    assert (letter.exception_type, letter.exception_message) == ("ValueError", "no such rule")
    assert (letter.cause, letter.state) == ("rebuilt", "waiting")
    assert rebuild_letters(who="me", reason="lost") == 0
    assert OperatorAct.objects.get().count == 1
    come = DeadMessage(
        queue="events", body=b"[[], {}, {}]", properties={}, headers={}, cause="rejected", died_at=timezone.now(),
        task_id=str(message.task_id), task_name=NAME, correlation_id="", kwargs={}, is_redelivered=False,
    )  # fmt: skip
    assert take_dead_message(come, is_last_look=True) == letter
    assert DeadLetter.objects.count() == 1


@pytest.mark.django_db
def test_what_has_just_failed_is_not_missing() -> None:
    fail()
    assert missing_letters().count() == 1
    TaskResult.objects.update(date_done=timezone.now())
    assert not missing_letters().exists()
    TaskResult.objects.update(date_done=timezone.now() - HOUR, status="SUCCESS")
    assert not missing_letters().exists()
