"""What goes to the broker for an outbox row: the message that Celery's own producer would make, and its queue."""

import uuid
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

from celery import current_app
from celery.utils.nodenames import anon_nodename
from kombu import Queue
from kombu.serialization import dumps

from delivery.following import headers_of

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
    correlation_id: str
    trace_context: dict[str, str] | None

    def headers(self) -> dict[str, str]:
        """What its message takes along besides Celery's own headers."""
        return headers_of(self.correlation_id, self.trace_context)


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


def queue_name_of(task_name: str) -> str:
    """Empty where the routes know the name no more: no queue can have its message, then."""
    try:
        return str(queue_of(task_name).name)
    except NoRoute:
        return ""


def names_by_queue(names: Iterable[str]) -> dict[str, list[str]]:
    """Names of tasks by the queue that they are routed to."""
    by_queue = defaultdict(list)
    for name in names:
        by_queue[queue_name_of(name)].append(name)
    return dict(by_queue)


def represent(kwargs: dict[str, Any]) -> str:
    """The arguments as logs and results show them, shortened where Celery would shorten them."""
    return repr(kwargs)[: _longest_repr()]


def prepare(
    channel: Any, task_id: str, task_name: str, kwargs: dict[str, Any], kwargsrepr: str, headers: dict[str, str]
) -> Any:
    """A persistent message in the form of the channel's transport, with these headers besides Celery's own."""
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
    all_headers = {**message.headers, **headers, FROM_OUTBOX: True}
    return channel.prepare_message(body, 0, content_type, content_encoding, all_headers, properties)


@cache
def _longest_repr() -> int:
    return int(current_app.amqp.kwargsrepr_maxsize)


@cache
def _origin() -> str:
    return anon_nodename()
