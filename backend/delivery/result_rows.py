"""The rows of django-celery-results' table, each state written by one statement.

What has succeeded stays so: a message that comes again after its task is done changes nothing. (Those that changes may
have joined meanwhile are told apart in delivery.joined.)
"""

import uuid
from collections.abc import Mapping
from enum import Enum, auto
from typing import Any

from celery import states
from django.db import connection
from django.utils import timezone
from django_celery_results.models import TaskResult

from delivery.models import Hold, OutboxMessage

_TABLE = TaskResult._meta.db_table
_COLUMNS = (
    *("task_id", "periodic_task_name", "task_name", "task_args", "task_kwargs", "status", "worker"),
    *("content_type", "content_encoding", "result", "traceback", "meta", "date_created", "date_started", "date_done"),
)
# The row keeps the moment of its making, and that of its last start until there is another.
_KEPT = {"task_id", "date_created", "date_started"}
_CHANGES = ", ".join(
    [f"{name} = excluded.{name}" for name in _COLUMNS if name not in _KEPT]
    + [f"date_started = coalesce(excluded.date_started, {_TABLE}.date_started)"]
)
_WRITE = f"""
    INSERT INTO {_TABLE} ({", ".join(_COLUMNS)}) VALUES ({", ".join(["%s"] * len(_COLUMNS))})
    ON CONFLICT (task_id) DO UPDATE SET {_CHANGES} WHERE {_TABLE}.status <> '{states.SUCCESS}'
"""  # noqa: S608 (of constants)
# The same as Hold.objects.active().
_IS_ANYTHING_HELD = f"""
    EXISTS (SELECT 1 FROM {Hold._meta.db_table} WHERE released_at IS NULL AND (until IS NULL OR until > %s))
"""  # noqa: S608
_IS_ASKED_FOR = f"EXISTS (SELECT 1 FROM {OutboxMessage._meta.db_table} WHERE task_id = %s)"  # noqa: S608
_START = f"{_WRITE} RETURNING {_IS_ANYTHING_HELD}, {_IS_ASKED_FOR}"
# No start needs to reach the disk before its task does: after a crash of the database the task comes again anyway.
_WITHOUT_FLUSH = "SET LOCAL synchronous_commit TO OFF; "


class Start(Enum):
    """What a worker learns when it notes the start of a task."""

    GO = auto()
    HOLDS = auto()  # something is held: perhaps this task
    DONE = auto()  # it has succeeded before
    UNKNOWN = auto()  # the outbox does not have it


def write_start(fields: Mapping[str, Any], *, is_from_outbox: bool = False) -> Start:
    """Note that a task runs, and ask in the same statement for what could keep it from it.

    Of a message of the outbox that the outbox does not have (`Start.UNKNOWN`) nothing is noted.
    """
    now = timezone.now()
    prefix = _WITHOUT_FLUSH if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        asked = _adapt_id(fields["task_id"]) if is_from_outbox else None
        cursor.execute(prefix + _START, [*_values(fields, started=now), _adapt(now), asked])
        if prefix:
            cursor.nextset()
        found = cursor.fetchone()
    if found is None:
        return Start.DONE
    is_anything_held, is_asked_for = found
    if is_from_outbox and not is_asked_for:
        TaskResult.objects.filter(task_id=fields["task_id"]).delete()
        return Start.UNKNOWN
    return Start.HOLDS if is_anything_held else Start.GO


def write_state(fields: Mapping[str, Any]) -> bool:
    """Write a state; returns whether that changed anything, which it does not once the task has succeeded."""
    with connection.cursor() as cursor:
        cursor.execute(_WRITE, _values(fields))
        return bool(cursor.rowcount)


def _values(fields: Mapping[str, Any], *, started: Any = None) -> list[Any]:
    now = timezone.now()
    moments = {"date_created": _adapt(now), "date_started": _adapt(started), "date_done": _adapt(now)}
    row = {**fields, **moments}
    return [row.get(name) for name in _COLUMNS]


def _adapt(moment: Any) -> Any:
    return connection.ops.adapt_datetimefield_value(moment)


def _adapt_id(task_id: str) -> Any:
    return OutboxMessage._meta.get_field("task_id").get_db_prep_value(uuid.UUID(task_id), connection)
