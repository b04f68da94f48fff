"""What became of a task that was asked for."""

import json
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from celery import states
from django_celery_results.models import TaskResult

from delivery.held import holders_of
from delivery.models import OutboxMessage

State = Literal["waiting", "sent", "running", "succeeded", "failed"]
FAILED = {states.FAILURE, states.REVOKED, states.REJECTED}


class UnknownTask(KeyError):
    """No task was ever asked for under this id."""


@dataclass(frozen=True)
class TaskState:
    """A task at one moment.

    waiting: in the outbox. sent: with the broker, also between two tries. running. succeeded, with `result`. failed.
    `reason` says why the last try failed, as "Type: message", or why it waits: which hold keeps it, or why the broker
    does not take it. `correlation_id` is that of the request that it goes back to, or empty.
    """

    task_id: uuid.UUID
    name: str
    state: State
    result: Any
    reason: str | None
    correlation_id: str
    created_at: datetime
    sent_at: datetime | None
    started_at: datetime | None
    finished_at: datetime | None


def task_state(task_id: uuid.UUID) -> TaskState:
    """The state of a task by the id that `enqueue` returned. Raises UnknownTask."""
    message = OutboxMessage.objects.filter(task_id=task_id).first()
    if message is None:
        raise UnknownTask(str(task_id))
    run = TaskResult.objects.filter(task_id=str(task_id)).first()
    state = _state(message, run)
    is_final = state in ("succeeded", "failed")
    return TaskState(
        task_id=task_id,
        name=message.task_name,
        state=state,
        result=json.loads(run.result) if run and state == "succeeded" else None,
        reason=_reason(message, run),
        correlation_id=message.correlation_id,
        created_at=message.created_at,
        sent_at=message.sent_at,
        started_at=run.date_started if run else None,  # type: ignore[attr-defined] # newer than its stubs
        finished_at=run.date_done if run and is_final else None,
    )


def states_of(messages: Iterable[OutboxMessage]) -> dict[uuid.UUID, State]:
    """The states of many tasks, by their ids, with one query."""
    by_id = {str(message.task_id): message for message in messages}
    runs = TaskResult.objects.filter(task_id__in=by_id).in_bulk(field_name="task_id")
    return {message.task_id: _state(message, runs.get(task_id)) for task_id, message in by_id.items()}


def _state(message: OutboxMessage, run: TaskResult | None) -> State:
    # The worker may be quicker than the relay's commit, so what it wrote counts first.
    if run is None:
        return "sent" if message.sent_at else "waiting"
    if run.status == states.SUCCESS:
        return "succeeded"
    if run.status in FAILED:
        return "failed"
    return "running" if run.status == states.STARTED else "sent"


def _reason(message: OutboxMessage, run: TaskResult | None) -> str | None:
    """Never the traceback: it is for the staff, in the admin."""
    if run is None:
        return _why_waiting(message) if message.sent_at is None else None
    if run.status == states.REVOKED:
        return "revoked before it ran"
    if run.status in (*FAILED, states.RETRY):
        return _describe_exception(run.result)
    return None


def _why_waiting(message: OutboxMessage) -> str | None:
    """What the operator said of the hold is for the staff, too."""
    if hold := holders_of(OutboxMessage.objects.filter(pk=message.pk)).get(message.pk):
        return f"held: {hold} (hold {hold.pk})"
    return message.last_error or None


def _describe_exception(stored: str | None) -> str:
    """As Celery stores it in JSON: {"exc_type": "ValueError", "exc_message": ["no such event"], ...}."""
    exception = json.loads(stored or "null")
    if not isinstance(exception, dict) or "exc_type" not in exception:
        return str(exception)
    message = exception.get("exc_message") or []
    text = ", ".join(str(part) for part in message) if isinstance(message, list) else str(message)
    return f"{exception['exc_type']}: {text}" if text else str(exception["exc_type"])
