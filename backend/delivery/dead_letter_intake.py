"""Takes dead messages into the table, with what is known of why they died."""

import json
import uuid
from typing import Any

from celery import states
from django.db import IntegrityError, transaction
from django_celery_results.models import TaskResult

from delivery.dead_messages import DeadMessage
from delivery.fingerprints import fingerprint
from delivery.models import DeadLetter, OutboxMessage


class ResultPending(Exception):
    """The worker has rejected the message and is about to write its result."""


def take_dead_message(message: DeadMessage, *, is_last_look: bool) -> DeadLetter | None:
    """Store it, and see to it that its task has failed; returns the letter.

    None: the task has succeeded all the same (its worker died between its result and the acknowledgement), and nothing
    is left to do. The same message again changes nothing. Raises ResultPending unless `is_last_look`.
    """
    result = TaskResult.objects.filter(task_id=message.task_id).first() if message.task_id else None
    if result is not None and result.status == states.SUCCESS:
        return None
    is_final = result is not None and result.status in states.READY_STATES
    if not is_final and message.cause == "rejected" and not is_last_look and _was_asked_for(message):
        raise ResultPending
    failure = _failure(message, result if is_final else None)
    try:
        with transaction.atomic():
            if not is_final and _was_asked_for(message):
                _store_failure(message, failure)
            return DeadLetter.objects.create(**_fields(message), **failure)
    except IntegrityError:
        return DeadLetter.objects.get(digest=message.digest)


def _was_asked_for(message: DeadMessage) -> bool:
    try:
        task_id = uuid.UUID(message.task_id)
    except ValueError:
        return False
    return OutboxMessage.objects.filter(task_id=task_id).exists()


def _fields(message: DeadMessage) -> dict[str, Any]:
    names = ("queue", "task_id", "task_name", "kwargs", "body", "properties", "headers", "cause", "died_at", "digest")
    return {name: getattr(message, name) for name in names}


def _failure(message: DeadMessage, result: TaskResult | None) -> dict[str, str]:
    """What the worker wrote of the exception; where it could not, what the broker says."""
    exception_type, text, traceback = "", _why(message.cause), ""
    if result is not None:
        exception_type, text = _read_exception(result.result)
        traceback = result.traceback or ""
    return {
        "exception_type": exception_type[:200],
        "exception_message": text,
        "traceback": traceback,
        "fingerprint": fingerprint(message.task_name, exception_type or message.cause, traceback),
    }


def _why(cause: str) -> str:
    if cause == "delivery_limit":
        return "its worker ended, or lost its connection, each time it had the message"
    if cause == "rejected":
        return "no worker could read it, or knew its task"
    return f"given up by the broker: {cause}"


def _read_exception(stored: str | None) -> tuple[str, str]:
    """Type and message as Celery's JSON has them."""
    document = json.loads(stored or "null")
    if not isinstance(document, dict):
        return "", str(document)
    message = document.get("exc_message") or ""
    exception_type = str(document.get("exc_type", ""))
    if exception_type == "Reject" and isinstance(message, list) and message:
        # Arguments that do not fit: Celery rejects the message and keeps the exception as text.
        text = str(message[0])
        return text.partition("(")[0], text
    text = ", ".join(str(part) for part in message) if isinstance(message, list) else str(message)
    return exception_type, text


def _store_failure(message: DeadMessage, failure: dict[str, str]) -> None:
    """The result that no worker lived to write."""
    exception = {"exc_type": "GivenUp", "exc_message": [failure["exception_message"]], "exc_module": __name__}
    TaskResult.objects.store_result(
        "application/json",
        "utf-8",
        message.task_id,
        json.dumps(exception),
        states.FAILURE,
        task_name=message.task_name,
        task_kwargs=repr(message.kwargs),
    )
