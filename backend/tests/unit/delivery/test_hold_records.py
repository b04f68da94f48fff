"""Holds: what a worker gives back, what is told of them, and what is recorded."""

import uuid
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django_celery_results.models import TaskResult

from delivery.claims import claim
from delivery.held import give_back_if_held
from delivery.holds import count_waiting, release_hold
from delivery.ledger import task_state
from delivery.models import Hold, OperatorAct, OutboxMessage
from tests.hold_rows import NAME, STANDINGS, ask, hold

pytestmark = pytest.mark.django_db

LATER = datetime(2100, 1, 1, tzinfo=UTC)

on_postgresql = pytest.mark.skipif(connection.vendor != "postgresql", reason="about PostgreSQL itself")


def let_pass(hold: Hold) -> None:
    Hold.objects.filter(pk=hold.pk).update(until=timezone.now())


def claimed() -> list[tuple[str, dict[str, Any]]]:
    with transaction.atomic():
        return [(row.task_name, row.kwargs) for row in claim(100)]


# --- what a worker gives back -----------------------------------------------------------------------------------------


def send(task_id: uuid.UUID) -> None:
    OutboxMessage.objects.filter(task_id=task_id).update(sent_at=timezone.now())
    TaskResult.objects.store_result("application/json", "utf-8", str(task_id), "null", "STARTED")


def test_a_started_task_that_is_held_waits_again() -> None:
    ours, others = ask(event_id=42), ask(event_id=43)
    for task_id in (ours, others):
        send(task_id)
    held = hold(argument="event_id", value=42)
    assert give_back_if_held(str(ours)) == held
    assert give_back_if_held(str(others)) is None
    state = task_state(ours)
    assert (state.state, state.sent_at, state.started_at) == ("waiting", None, None)
    assert state.reason == f"held: argument event_id=42 (hold {held.pk})"
    assert task_state(others).state == "running"


def test_what_another_run_has_achieved_meanwhile_is_not_forgotten() -> None:
    task_id = ask()
    send(task_id)
    hold(queue="events")
    # Between the moment at which this run noted its start and the one at which it asks whether it is held.
    TaskResult.objects.update(status="SUCCESS")
    assert give_back_if_held(str(task_id))
    assert task_state(task_id).state == "succeeded"


def test_what_is_not_in_the_outbox_is_not_held() -> None:
    hold(queue="events")
    assert give_back_if_held(str(uuid.uuid4())) is None


def test_a_start_costs_one_question() -> None:
    task_id = str(ask())
    with CaptureQueriesContext(connection) as queries:
        give_back_if_held(task_id)
    assert len(queries) == 1


@on_postgresql
def test_the_question_uses_its_index() -> None:
    Hold.objects.bulk_create(
        Hold(queue="events", reason="x", created_by="ana", released_at=timezone.now()) for _ in range(2000)
    )
    Hold.objects.bulk_create(
        Hold(queue="events", reason="x", created_by="ana", until=timezone.now()) for _ in range(2000)
    )
    hold(queue="rankings")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE delivery_hold")
    assert "hold_not_released" in Hold.objects.active().explain()


# --- what is told and recorded ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("what", "text"),
    [
        ({"queue": "events"}, "queue events"),
        ({"task_name": NAME}, f"task {NAME}"),
        ({"argument": "note", "value": "x"}, 'argument note="x"'),
        ({"argument": "event_id", "value": None, "task_name": NAME}, f"task {NAME} with argument event_id=null"),
    ],
)
def test_the_ledger_says_which_hold_keeps_a_task(what: dict[str, Any], text: str) -> None:
    task_id = ask(event_id=None, note="x")
    OutboxMessage.objects.update(last_error="NO_ROUTE", failed_attempts=1)
    held = hold(**what, reason="secret")
    state = task_state(task_id)
    assert (state.state, state.reason) == ("waiting", f"held: {text} (hold {held.pk})")
    release_hold(held.pk, reason="mended", who="ana")
    assert task_state(task_id).reason == "NO_ROUTE"


def test_every_act_is_recorded() -> None:
    ask(event_id=42), ask(event_id=42), ask(event_id=43)
    held = hold(argument="event_id", value=42, task_name=NAME, reason=" a wrong rule ")
    ask(event_id=42)
    release_hold(held.pk, reason="mended", who="bo")
    release, begin = OperatorAct.objects.all()
    selector = {"hold": held.pk, "task": NAME, "argument": "event_id", "value": 42}
    assert (begin.who, begin.action, begin.selector, begin.count) == ("ana", "hold", selector, 2)
    assert (release.who, release.action, release.selector, release.count) == ("bo", "release", selector, 3)
    assert (begin.reason, release.reason) == ("a wrong rule", "mended")
    held.refresh_from_db()
    assert (held.created_by, held.released_by, held.reason) == ("ana", "bo", "a wrong rule")
    assert held.released_at is not None


def test_what_cannot_be_recorded_is_not_done(monkeypatch: pytest.MonkeyPatch) -> None:
    held = hold(queue="events")

    def fail(**_fields: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(OperatorAct.objects, "create", fail)
    with pytest.raises(ZeroDivisionError):
        hold(queue="rankings")
    with pytest.raises(ZeroDivisionError):
        release_hold(held.pk, reason="mended", who="ana")
    assert list(Hold.objects.active()) == [held]


def test_only_what_waits_is_counted() -> None:
    sent = ask()
    ask(), ask(STANDINGS)
    send(sent)
    assert count_waiting(hold(queue="events")) == 1


@pytest.mark.parametrize(
    "wrong",
    [{"queue": "events", "task_name": NAME, "reason": "x"}, {"reason": "x"}, {"queue": "events", "reason": ""}],
)
def test_the_database_refuses_what_is_no_hold(wrong: dict[str, Any]) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        Hold.objects.create(**wrong, created_by="ana")
