"""Ask for work: a row in the transaction that makes it necessary."""

import json
import logging
import uuid
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from delivery.arguments import check_coalesce_key, check_kwargs, check_task_name
from delivery.following import messaging
from delivery.models import OutboxMessage
from telemetry import correlation, tracing

logger = logging.getLogger(__name__)

# The PostgreSQL channel on which a relay is woken.
NOTIFY_CHANNEL = "outbox"

# Plain SQL: this runs in every request that records a score, while others wait for the event's lock, and the ORM takes
# several times as long to write it as the database to answer it.
_FIND_WAITING = f"""
    SELECT id, task_id, not_before IS NOT NULL AND (%s IS NULL OR not_before > %s), correlation_id, trace_context
    FROM {OutboxMessage._meta.db_table}
    WHERE coalesce_key = %s AND task_name = %s AND sent_at IS NULL
    ORDER BY id LIMIT 1
"""  # noqa: S608 (of constants)


def enqueue(
    task_name: str,
    kwargs: dict[str, Any],
    *,
    coalesce_key: str | None = None,
    not_before: datetime | None = None,
) -> uuid.UUID:
    """Write that a task has to run; it is sent once the caller's transaction has committed.

    `coalesce_key`: while a message of this task with this key waits to be sent, no other is written: the waiting one
    is returned, with its own kwargs and the earlier `not_before` of the two. `not_before` None means at once.
    The message has the current correlation id; one that is joined keeps its own, and the log names both.

    Returns the task's id. Raises TransactionManagementError outside of `transaction.atomic`, and ValueError for a name
    that is not `domain.action` or arguments that are not JSON.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError(
            f"enqueue({task_name!r}) outside of transaction.atomic: the task must commit with the change it is for"
        )
    check_task_name(task_name)
    check_kwargs(kwargs)
    check_coalesce_key(coalesce_key)
    if not_before is not None and timezone.is_naive(not_before):
        raise ValueError(f"not_before: {not_before} has no timezone")
    correlation_id = correlation.ensure()
    attributes = messaging("create", "create", task_name, "", correlation_id)
    with tracing.span(f"create {task_name}", "producer", attributes) as span:
        waiting = _lock_waiting(task_name, coalesce_key, not_before) if coalesce_key else None
        if waiting is not None:
            _join(waiting, task_name, not_before, span)
            return waiting.task_id
        message = OutboxMessage.objects.create(
            task_name=task_name,
            kwargs=kwargs,
            coalesce_key=coalesce_key or "",
            not_before=not_before,
            correlation_id=correlation_id,
            trace_context=tracing.carrier(),
        )
        span.set({"messaging.message.id": str(message.task_id)})
    _notify(not_before)
    return message.task_id


def wake_relays() -> None:
    """Let all relays look again once the caller's transaction has committed."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"NOTIFY {NOTIFY_CHANNEL}")


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A message that waits to be sent."""

    id: int
    task_id: uuid.UUID
    is_later: bool  # than it is asked for now
    correlation_id: str
    trace_context: tracing.Carrier | None


def _lock_waiting(task_name: str, coalesce_key: str, not_before: datetime | None) -> _Waiting | None:
    """A waiting message with the key, locked until the caller's transaction ends.

    Without the lock a change could be lost: we see the message waiting, the relay sends it, the worker reads the state
    without our change, we commit, and nothing is left to ask for another run. The lock makes the relay pass over the
    message until our change can be seen.

    SKIP LOCKED keeps a request from waiting for a relay that holds the message while it waits for a frozen broker: a
    second message is written instead. SQLite has one writer at a time, which gives the same without a lock.
    """
    lock = "FOR UPDATE SKIP LOCKED" if connection.features.has_select_for_update_skip_locked else ""
    moment = connection.ops.adapt_datetimefield_value(not_before)
    with connection.cursor() as cursor:
        cursor.execute(f"{_FIND_WAITING} {lock}", [moment, moment, coalesce_key, task_name])
        found = cursor.fetchone()
    if found is None:
        return None
    message_id, task_id, is_later, correlation_id, trace_context = found
    carried = json.loads(trace_context) if trace_context else None
    return _Waiting(message_id, uuid.UUID(str(task_id)), bool(is_later), correlation_id, carried)


def _join(waiting: _Waiting, task_name: str, not_before: datetime | None, span: tracing.Span) -> None:
    """The message keeps the id of who asked first, since it can have one alone. Who asks now is found by the log."""
    if waiting.is_later:
        _hasten(waiting.id, not_before)
    span.set({"messaging.message.id": str(waiting.task_id), "placar.joined": True})
    span.link(waiting.trace_context)
    fields = {
        "task_id": str(waiting.task_id),
        "task": task_name,
        "joined_correlation_id": waiting.correlation_id,
    }
    # Not before: it is not so when the change is rolled back, and whoever waits for the caller's locks would wait for
    # the log as well.
    transaction.on_commit(partial(_tell_of_join, correlation.current(), fields))


def _tell_of_join(correlation_id: str, fields: dict[str, str]) -> None:
    with correlation.use(correlation_id):
        logger.info("%s %s was asked for already", fields["task"], fields["task_id"], extra={"fields": fields})


def _hasten(message_id: int, not_before: datetime | None) -> None:
    OutboxMessage.objects.filter(pk=message_id).update(not_before=not_before)
    _notify(not_before)


def _notify(not_before: datetime | None) -> None:
    """Wake the relays on commit. A message for later needs no call: the relay reads when the next one is due.

    Hardly ever sent for a burst of changes, which coalesce: commits that notify wait for one another.
    """
    if not_before is None:
        wake_relays()
