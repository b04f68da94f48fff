"""What a dead message says about itself, whoever wrote it."""

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.utils import timezone

from delivery.following import correlation_in
from delivery.storable import storable

# Headers by which the broker counts how often it has given the message out; 3.10 knows the first, 4 both.
COUNTS = {"x-delivery-count", "x-acquired-count"}


@dataclass(frozen=True, slots=True)
class DeadMessage:
    """A message from a dead-letter queue, in Python's terms and fit to be stored."""

    queue: str  # in which it was given up
    body: bytes
    properties: dict[str, Any]
    headers: dict[str, Any]
    cause: str
    died_at: datetime
    task_id: str
    task_name: str
    correlation_id: str
    kwargs: dict[str, Any] | None
    is_redelivered: bool  # given out before, maybe to a consumer that stored it

    @property
    def digest(self) -> str:
        """The same for the same message, however often it comes: the moment of its death is part of its headers.

        Messages that are equal, and died in the same second, have the same as well.
        """
        headers = {name: value for name, value in self.headers.items() if name not in COUNTS}
        document = json.dumps([self.queue, self.properties, headers], sort_keys=True).encode()
        return hashlib.sha256(document + b"\0" + self.body).hexdigest()

    def kept(self) -> dict[str, Any]:
        """The columns of a DeadLetter that say what the message was."""
        told = ("queue", "cause", "died_at", "body", "properties", "headers")
        names = ("task_id", "task_name", "kwargs", "correlation_id", *told)
        return {name: getattr(self, name) for name in names}


def read_dead_message(message: Any, *, queue: str) -> DeadMessage:
    """`message` is py-amqp's. Nothing in it has to be as it should."""
    properties = dict(message.properties)
    raw_headers = properties.pop("application_headers", None) or {}
    headers = _storable_headers(raw_headers)
    body = message.body if isinstance(message.body, bytes) else str(message.body).encode(errors="surrogatepass")
    death = _death(raw_headers, queue)
    return DeadMessage(
        queue=queue,
        body=body,
        properties=_as_json(properties),
        headers=headers,
        cause=storable(str(death.get("reason", "unknown")))[:30],
        died_at=_moment(death.get("time")),
        task_id=_text(headers, "id", 255),
        task_name=_text(headers, "task", 200),
        correlation_id=correlation_in(headers, _text(headers, "id", 255)),
        kwargs=_kwargs(body),
        is_redelivered=bool(message.delivery_info["redelivered"]),
    )


def _death(headers: dict[str, Any], queue: str) -> dict[str, Any]:
    """The entry of x-death of this queue. A retry that waited in the broker has others, of the queues of delays."""
    deaths = headers.get("x-death")
    entries = deaths if isinstance(deaths, list) else []
    return next((entry for entry in entries if isinstance(entry, dict) and entry.get("queue") == queue), {})


def _moment(time: Any) -> datetime:
    if not isinstance(time, datetime):
        return timezone.now()
    return time.replace(tzinfo=UTC) if time.tzinfo is None else time


def _text(headers: dict[str, Any], name: str, length: int) -> str:
    value = headers.get(name)
    return value[:length] if isinstance(value, str) else ""


def _kwargs(body: bytes) -> dict[str, Any] | None:
    """Of a task message: [args, kwargs, what follows]. None if it is none, or has positional arguments."""
    try:
        content = json.loads(body)
        if not (isinstance(content, list) and len(content) == 3):
            return None
        args, kwargs, _ = content
        return _as_json(kwargs) if isinstance(kwargs, dict) and not args else None
    except (ValueError, RecursionError):  # nested so deeply that nobody can read it
        return None


def _storable_headers(raw: dict[str, Any]) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    for name, value in raw.items():
        try:
            headers |= _as_json({name: value})
        except RecursionError:
            headers |= _as_json({name: "nested too deeply to be kept"})
    return headers


def _as_json(value: dict[str, Any]) -> dict[str, Any]:
    """As JSON that a database takes: what is no JSON as text."""
    text = json.dumps(value, default=str, skipkeys=True)
    document: dict[str, Any] = json.loads(text, parse_constant=str)
    cleaned: dict[str, Any] = storable(document)
    return cleaned
