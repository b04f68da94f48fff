"""What goes to the broker for an outbox row: the message that Celery's own producer would make, and its queue."""

import uuid
from dataclasses import dataclass
from functools import cache
from typing import Any

from celery import current_app
from celery.utils.nodenames import anon_nodename
from kombu import Queue
from kombu.serialization import dumps

PERSISTENT = 2
# A header of every message of the outbox, also of its retries: a worker runs it only where the outbox knows the task.
FROM_OUTBOX = "placar_outbox"


@dataclass(frozen=True, slots=True)
class Row:
    """What the relay reads of an OutboxMessage: no model objects, for speed."""

    id: int
    task_id: uuid.UUID
    task_name: str
    kwargs: dict[str, Any]
    failed_attempts: int


class NoRoute(Exception):
    """Celery's routes lead this task nowhere."""


@cache
def queue_of(task_name: str) -> Queue:
    """The queue to which Celery's own router sends the task.

    Routes go by the name alone here and cannot change while a process runs. Raises NoRoute.
    """
    try:
        queue: Queue = current_app.amqp.router.route({}, task_name)["queue"]
    except Exception as error:  # a route is any code: whatever it raises concerns this task alone
        raise NoRoute(f"no route for {task_name}: {error}") from error
    return queue


def represent(kwargs: dict[str, Any]) -> str:
    """The arguments as logs and results show them, shortened where Celery would shorten them."""
    return repr(kwargs)[: _longest_repr()]


def prepare(channel: Any, task_id: str, task_name: str, kwargs: dict[str, Any], kwargsrepr: str) -> Any:
    """A persistent message in the form of the channel's transport."""
    message = current_app.amqp.create_task_message(
        task_id,
        task_name,
        args=(),
        kwargs=kwargs,
        argsrepr="()",
        kwargsrepr=kwargsrepr,
        origin=_origin(),
        ignore_result=None,  # that is for the task itself to say
    )
    content_type, content_encoding, body = dumps(message.body, serializer="json")
    properties = {**message.properties, "delivery_mode": PERSISTENT}
    headers = {**message.headers, FROM_OUTBOX: True}
    return channel.prepare_message(body, 0, content_type, content_encoding, headers, properties)


@cache
def _longest_repr() -> int:
    return int(current_app.amqp.kwargsrepr_maxsize)


@cache
def _origin() -> str:
    return anon_nodename()
