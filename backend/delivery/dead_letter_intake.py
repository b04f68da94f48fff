"""Takes dead messages into the table, with what is known of why they died."""

import json
import logging
import secrets
import uuid
from dataclasses import replace

from celery import states
from django.db import DataError, IntegrityError, transaction
from django_celery_results.models import TaskResult

from delivery.dead_messages import DeadMessage
from delivery.fingerprints import fingerprint
from delivery.models import DeadLetter, OutboxMessage
from delivery.result_rows import write_state
from delivery.storable import storable

logger = logging.getLogger(__name__)


# The cause of a letter that was made without its message, which the broker had lost (delivery.lost_letters).
REBUILT = "rebuilt"


class ResultPending(Exception):
    """The worker has rejected the message and is about to write its result."""


def take_dead_message(message: DeadMessage, *, is_last_look: bool) -> DeadLetter | None:
    """Store it, and see to it that its task has failed; returns the letter.

    None: the task has succeeded all the same (its worker died between its result and the acknowledgement, or another
    message of it was quicker), and nothing is left to do. The same message again changes nothing. What of it the
    database refuses is left out: that it died is known in any case, and the body is kept as it came. Raises
    ResultPending unless `is_last_look`.
    """
    result = TaskResult.objects.filter(task_id=message.task_id).first() if message.task_id else None
    if result is not None and result.status == states.SUCCESS:
        return None
    is_final = result is not None and result.status in states.READY_STATES
    if not is_final and message.cause == "rejected" and not is_last_look and _was_asked_for(message):
        raise ResultPending
    failure = failure_of(message, result if is_final else None)
    try:
        return _store(message, failure, is_failed=is_final)
    except DataError as error:
        logger.warning("dead message %s: kept without what the database refuses: %s", message.task_id, error)
        bare = replace(message, properties={}, headers={}, kwargs=None)
        return _store(bare, failure, is_failed=is_final, digest=message.digest)


def _store(message: DeadMessage, failure: dict[str, str], *, is_failed: bool, digest: str = "") -> DeadLetter | None:
    """`is_failed`: its result says so already. Returns None if it has just succeeded."""
    if rebuilt := DeadLetter.objects.filter(digest=rebuilt_digest(message.task_id)).first():
        return rebuilt
    digest = digest or message.digest
    try:
        with transaction.atomic():
            if not is_failed and _was_asked_for(message) and not _store_failure(message, failure):
                return None
            return DeadLetter.objects.create(**message.kept(), **failure, digest=digest)
    except IntegrityError:
        if message.is_redelivered or message.task_id:
            return DeadLetter.objects.get(digest=digest)
        # Never given out before, and so not the one that is stored, but another that is equal to it.
        return DeadLetter.objects.create(**message.kept(), **failure, digest=secrets.token_hex(32))


def rebuilt_digest(task_id: str) -> str:
    """In the place of the digest of a message that is lost."""
    return f"{REBUILT} {task_id}"[:64]


def _was_asked_for(message: DeadMessage) -> bool:
    try:
        task_id = uuid.UUID(message.task_id)
    except ValueError:
        return False
    return OutboxMessage.objects.filter(task_id=task_id).exists()


def failure_of(message: DeadMessage, result: TaskResult | None) -> dict[str, str]:
    """What the worker wrote of the exception; where it could not, what the broker says."""
    exception_type, text, traceback = "", _why(message.cause), ""
    if result is not None:
        exception_type, text = _read_exception(result.result)
        traceback = result.traceback or ""
    # The result is JSON, in which a text may be what no column takes.
    exception_type, text = storable([exception_type, text])
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
        return "no worker could read it, knew its task, or could write why it failed"
    if cause == REBUILT:
        return "its message was lost, and no worker wrote why it failed"
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


def _store_failure(message: DeadMessage, failure: dict[str, str]) -> bool:
    """The result that no worker lived to write; returns whether there is none better."""
    exception = {"exc_type": "GivenUp", "exc_message": [failure["exception_message"]], "exc_module": __name__}
    return write_state(
        {
            "content_type": "application/json",
            "content_encoding": "utf-8",
            "task_id": message.task_id,
            "result": json.dumps(exception),
            "status": states.FAILURE,
            "task_name": message.task_name,
            "task_kwargs": repr(message.kwargs),
        }
    )
