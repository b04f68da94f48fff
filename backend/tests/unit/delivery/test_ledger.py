"""What became of a task: the outbox joined with the results."""

import json
import uuid
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from django.test import Client
from django.utils import timezone
from django_celery_results.models import TaskResult

from delivery.ledger import UnknownTask, task_state
from delivery.models import OutboxMessage
from delivery.outbox import enqueue

pytestmark = pytest.mark.django_db
NAME = "events.generate_event_ranking"


@pytest.fixture
def task_id() -> uuid.UUID:
    with transaction.atomic():
        return enqueue(NAME, {"event_id": 1})


def send() -> None:
    OutboxMessage.objects.update(sent_at=timezone.now())


def store(task_id: uuid.UUID, status: str, result: Any = None) -> None:
    TaskResult.objects.store_result("application/json", "utf-8", str(task_id), json.dumps(result), status)


def exception(*message: Any, kind: str = "ValueError") -> dict[str, Any]:
    """An exception as Celery stores it."""
    return {"exc_type": kind, "exc_message": list(message), "exc_module": "builtins"}


def test_an_id_that_was_never_issued_is_unknown() -> None:
    with pytest.raises(UnknownTask):
        task_state(uuid.uuid4())


def test_a_task_waits_then_is_sent_then_runs_then_has_its_result(task_id: uuid.UUID) -> None:
    state = task_state(task_id)
    assert (state.state, state.name, state.task_id) == ("waiting", NAME, task_id)
    assert (state.sent_at, state.started_at, state.finished_at, state.reason) == (None, None, None, None)
    send()
    state = task_state(task_id)
    assert state.state == "sent"
    assert state.sent_at is not None
    store(task_id, "STARTED", {"pid": 1, "hostname": "worker"})
    state = task_state(task_id)
    assert (state.state, state.result, state.finished_at) == ("running", None, None)
    store(task_id, "SUCCESS", {"revision": 3})
    state = task_state(task_id)
    assert (state.state, state.result, state.reason) == ("succeeded", {"revision": 3}, None)
    assert state.finished_at is not None


def test_a_worker_quicker_than_the_relays_commit_counts(task_id: uuid.UUID) -> None:
    store(task_id, "SUCCESS", 1)
    assert task_state(task_id).state == "succeeded"


@pytest.mark.parametrize(
    ("stored", "reason"),
    [
        (exception("no such event", kind="LookupError"), "LookupError: no such event"),
        (exception(), "ValueError"),
        (exception("a", 7), "ValueError: a, 7"),
        ({"exc_type": "ValueError", "exc_message": "plain"}, "ValueError: plain"),
        ("something else", "something else"),
    ],
)
def test_a_failed_task_has_its_reason_and_no_traceback(task_id: uuid.UUID, stored: Any, reason: str) -> None:
    send()
    store(task_id, "FAILURE", stored)
    TaskResult.objects.update(traceback="Traceback: secret")
    state = task_state(task_id)
    assert (state.state, state.reason, state.result) == ("failed", reason, None)
    assert "secret" not in str(state)


def test_between_two_tries_it_is_sent_and_says_why_the_last_one_failed(task_id: uuid.UUID) -> None:
    send()
    store(task_id, "RETRY", exception("database is away", kind="OperationalError"))
    state = task_state(task_id)
    assert (state.state, state.reason) == ("sent", "OperationalError: database is away")
    assert state.finished_at is None


def test_a_revoked_task_has_failed(task_id: uuid.UUID) -> None:
    send()
    store(task_id, "REVOKED")
    assert task_state(task_id).state == "failed"
    assert task_state(task_id).reason == "revoked before it ran"


def test_a_message_that_the_broker_refused_says_why_it_waits(task_id: uuid.UUID) -> None:
    OutboxMessage.objects.update(failed_attempts=1, last_error="NO_ROUTE: no queue")
    assert (task_state(task_id).state, task_state(task_id).reason) == ("waiting", "NO_ROUTE: no queue")


# --- the API ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def client() -> Client:
    client = Client()
    client.force_login(User.objects.create_user("ana"))
    return client


def test_the_api_tells_the_state(client: Client, task_id: uuid.UUID) -> None:
    send()
    store(task_id, "SUCCESS", {"revision": 3})
    answer = client.get(f"/api/v1/tasks/{task_id}")
    assert answer.status_code == 200
    body = answer.json()
    assert body["task_id"] == str(task_id)
    assert (body["name"], body["state"], body["result"], body["reason"]) == (NAME, "succeeded", {"revision": 3}, None)


def test_the_api_does_not_know_an_id_that_was_never_issued(client: Client) -> None:
    unknown = uuid.uuid4()
    answer = client.get(f"/api/v1/tasks/{unknown}")
    assert answer.status_code == 404
    assert answer["Content-Type"] == "application/problem+json"
    assert str(unknown) in answer.json()["detail"]


def test_the_api_tells_strangers_nothing(task_id: uuid.UUID) -> None:
    assert Client().get(f"/api/v1/tasks/{task_id}").status_code == 401


# --- the admin --------------------------------------------------------------------------------------------------------


@pytest.fixture
def staff() -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("root"))
    return client


def test_the_admin_lists_tasks_with_their_states(staff: Client, task_id: uuid.UUID) -> None:
    store(task_id, "FAILURE", exception("x"))
    page = staff.get("/admin/delivery/outboxmessage/").content.decode()
    assert NAME in page
    assert '<td class="field-state">failed</td>' in page
    assert "0 outbox messages" in staff.get("/admin/delivery/outboxmessage/?sent=refused").content.decode()
    assert "1 outbox message" in staff.get("/admin/delivery/outboxmessage/?sent=no").content.decode()
    assert "0 outbox messages" in staff.get("/admin/delivery/outboxmessage/?sent=yes").content.decode()


def test_the_admin_changes_no_task(staff: Client, task_id: uuid.UUID) -> None:
    message = OutboxMessage.objects.get()
    assert staff.get(f"/admin/delivery/outboxmessage/{message.pk}/change/").status_code == 200
    assert staff.post(f"/admin/delivery/outboxmessage/{message.pk}/change/", {"task_name": "x"}).status_code == 403
    assert staff.post(f"/admin/delivery/outboxmessage/{message.pk}/delete/", {"post": "yes"}).status_code == 403
    assert staff.get("/admin/delivery/outboxmessage/add/").status_code == 403
