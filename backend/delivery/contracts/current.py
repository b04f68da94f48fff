"""The contracts as the code has them now: read from the tasks that Celery knows, its router, and the models."""

import inspect
import json
import types
import typing
from typing import Any

from celery import current_app
from django.db.models import CharField, Field, Model
from django.db.models.fields import NOT_PROVIDED
from django_celery_results.models import TaskResult
from kombu import Connection

from delivery.contracts.document import DATABASE_DEFAULT, NULL, Contracts, MessageForm, Retired, TaskContract
from delivery.following import CORRELATION_HEADER
from delivery.messages import prepare, queue_of
from delivery.models import DeadLetter, OutboxMessage
from delivery.topology import task_queues

# Written or read by a process for every message, also by one of the release before.
SHARED_TABLES: tuple[type[Model], ...] = (OutboxMessage, DeadLetter, TaskResult)
CELERYS_OWN = "celery."


def current_contracts(retired: dict[str, Retired]) -> Contracts:
    """What the code promises. What is retired is known to the file alone and passed on."""
    return Contracts(
        tasks={name: _task_contract(name, task) for name, task in known_tasks().items()},
        queues=sorted(queue.name for queue in task_queues()),
        message=_message_form(),
        tables={model._meta.db_table: _columns(model) for model in SHARED_TABLES},
        retired=retired,
    )


def known_tasks(*, with_celerys_own: bool = False) -> dict[str, Any]:
    """The tasks that a worker knows, by name."""
    current_app.loader.import_default_modules()
    return {
        name: task
        for name, task in sorted(current_app.tasks.items())
        if with_celerys_own or not name.startswith(CELERYS_OWN)
    }


def _task_contract(name: str, task: Any) -> TaskContract:
    contract = TaskContract(queue=queue_of(name).name)
    hints = typing.get_type_hints(task.run)
    for argument in inspect.signature(task.run).parameters.values():
        needed = argument.default is inspect.Parameter.empty
        (contract.arguments if needed else contract.optional)[argument.name] = type_text(hints.get(argument.name, Any))
    return contract


def type_text(hint: Any) -> str:
    """A type hint as the file has it: "int", "int | None", "list[int]"."""
    if isinstance(hint, types.UnionType) or typing.get_origin(hint) is typing.Union:
        return " | ".join(type_text(member) for member in typing.get_args(hint))
    if members := typing.get_args(hint):
        return f"{type_text(typing.get_origin(hint))}[{', '.join(type_text(member) for member in members)}]"
    return "None" if hint is types.NoneType else getattr(hint, "__name__", str(hint))


def _message_form() -> MessageForm:
    """Of a message that is made as the relay makes all of them; it goes nowhere."""
    with Connection("memory://") as connection:
        task = next(iter(known_tasks()))
        message = prepare(connection.default_channel, "", task, {}, "", {CORRELATION_HEADER: ""})
    args, kwargs, options = json.loads(message["body"])
    return MessageForm(
        content_type=message["content-type"],
        content_encoding=message["content-encoding"],
        body=[type(args).__name__, type(kwargs).__name__, *sorted(options)],
        headers=sorted(message["headers"]),
    )


def _columns(model: type[Model]) -> dict[str, str]:
    return {field.column: _column_text(field) for field in model._meta.concrete_fields if field.column}


def _column_text(field: "Field[Any, Any]") -> str:
    length = f"({field.max_length})" if isinstance(field, CharField) else ""
    facts = [NULL] * field.null + [DATABASE_DEFAULT] * (field.db_default is not NOT_PROVIDED)
    return ", ".join([f"{field.get_internal_type()}{length}", *facts])
