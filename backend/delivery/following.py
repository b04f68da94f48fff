"""What a task's message takes along of where it comes from, and how its work is told apart in logs and traces."""

from collections.abc import Mapping
from typing import Any

from telemetry import correlation, tracing

# Among the headers of a message. Not `correlation_id`: that name is Celery's own, for answers.
CORRELATION_HEADER = "correlation-id"


def correlation_in(headers: Mapping[str, Any] | None, task_id: object) -> str:
    """The correlation id of a message; the task's own id for one of a version that knew none; else empty."""
    found = (headers or {}).get(CORRELATION_HEADER)
    if correlation.is_well_formed(found):
        return found
    return task_id if correlation.is_well_formed(task_id) else ""


def headers_of(correlation_id: str, trace_context: tracing.Carrier | None) -> dict[str, str]:
    """What a message takes along besides Celery's own headers."""
    headers = dict(trace_context or ())
    if correlation_id:
        headers[CORRELATION_HEADER] = correlation_id
    return headers


def messaging(
    operation: str, kind: str, task_name: str, task_id: str, correlation_id: str, *, destination: str | None = None
) -> dict[str, Any]:
    """Attributes of a span about a message; `kind` is create, send or process.

    https://opentelemetry.io/docs/specs/semconv/messaging/messaging-spans/
    """
    return {
        "messaging.system": "rabbitmq",
        "messaging.operation.name": operation,
        "messaging.operation.type": kind,
        "messaging.destination.name": destination,
        "messaging.message.id": task_id,
        "messaging.message.conversation_id": correlation_id or None,
        "placar.task": task_name,
    }
