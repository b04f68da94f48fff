"""What the relay tells of a batch: which tasks went out, and whose work they are."""

import logging
from collections.abc import Sequence
from typing import Any

from delivery.following import messaging
from delivery.messages import Row, queue_of
from telemetry import tracing

logger = logging.getLogger("delivery.relay")

# Tasks named in one line of the log. A line for each would take the relay longer than sending them.
NAMED_TOGETHER = 50


def tell_of_batch(sent: Sequence[Row], refused: Sequence[Row], seconds: tuple[float, float]) -> None:
    """`seconds`: from and to when the broker had the batch, of the epoch."""
    if logger.isEnabledFor(logging.INFO):
        for begin in range(0, len(sent), NAMED_TOGETHER):
            _log(sent[begin : begin + NAMED_TOGETHER])
    if tracing.is_on():
        for row in sent:
            _record(row, len(sent), seconds)
        for row in refused:
            _record(row, len(refused), seconds, error_type="refused")


def _log(rows: Sequence[Row]) -> None:
    """One line for all of them; it is of a request if all of them are of the same."""
    tasks = [{"task_id": str(row.task_id), "task": row.task_name, "correlation_id": row.correlation_id} for row in rows]
    fields: dict[str, Any] = {"tasks": tasks}
    if len(of := {row.correlation_id for row in rows}) == 1:
        fields["correlation_id"] = of.pop()
    logger.info("tasks sent: %d", len(rows), extra={"fields": fields})


def _record(row: Row, batch: int, seconds: tuple[float, float], *, error_type: str = "") -> None:
    """A span in the trace of each: a batch has messages of many, and a span has one parent.

    What the message carries stays the context of its creation: the relay is in between and changes nothing of it.
    """
    if row.trace_context is None:
        return
    if error_type:
        destination = None  # perhaps it has none
    else:
        queue = queue_of(row.task_name)
        destination = f"{queue.exchange.name}:{queue.routing_key}"
    attributes = messaging(
        "publish", "send", row.task_name, str(row.task_id), row.correlation_id, destination=destination
    )
    attributes["messaging.batch.message_count"] = batch
    name = f"publish {row.task_name}"
    tracing.record(name, "client", attributes, parent=row.trace_context, seconds=seconds, error_type=error_type)
