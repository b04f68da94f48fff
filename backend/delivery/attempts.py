"""Each attempt of a task in a worker: whose work it is, for the log and what it asks for, and a span around it.

Connected to Celery's signals when tasks are defined (delivery.task). What a task raises does not leave it but becomes
its state, so that decides how the span ends.
"""

import logging
import time
from contextlib import AbstractContextManager, ExitStack
from typing import Any

from celery import states
from celery.signals import task_postrun, task_prerun, worker_process_shutdown

from delivery.following import correlation_in, messaging
from telemetry import correlation, tracing

logger = logging.getLogger(__name__)

# Ways in which this attempt came to nothing, whether or not there is another one.
ENDED_BADLY = {states.RETRY, states.FAILURE, states.REJECTED}


@task_prerun.connect
def begin_attempt(task_id: str, task: Any, **_kwargs: Any) -> None:
    """Before anything of the task is done."""
    request = task.request
    correlation_id = correlation_in(request.headers, task_id)
    stack = ExitStack()
    stack.enter_context(correlation.use(correlation_id))
    stack.enter_context(correlation.use_task(task_id, task.name))
    parent = tracing.carrier_in(request.headers)
    attributes = _attributes(task.name, task_id, correlation_id, request.delivery_info or {}, request.retries)
    span = stack.enter_context(tracing.span(f"process {task.name}", "consumer", attributes, parent=parent))
    request.placar_attempt = stack, span


@task_postrun.connect
def end_attempt(task: Any, state: str | None = None, retval: Any = None, **_kwargs: Any) -> None:
    """After its result was written, or its retry published."""
    stack, span = task.request.__dict__.pop("placar_attempt", (None, tracing.NO_SPAN))
    span.set({"placar.task.state": state})
    if state in ENDED_BADLY:
        error = getattr(retval, "exc", None) or retval  # of a retry, why
        span.fail(type(error).__name__ if isinstance(error, BaseException) else str(state))
    if state == states.RETRY:
        span.note("retry", {"placar.retry.seconds": getattr(retval, "when", None)})
    if stack is not None:
        stack.close()


@worker_process_shutdown.connect
def end_process(**_kwargs: Any) -> None:
    """A child of a worker ends without Python's own exit."""
    tracing.end()


def about(request: Any) -> AbstractContextManager[str]:
    """For what a worker's main process says of a task (Celery's worker request) that runs elsewhere."""
    return correlation.use(correlation_in(request.request_dict, request.id))


def record_lost_attempt(request: Any, error_type: str) -> None:
    """The span of an attempt whose process was killed, and so could not write one itself."""
    parent = tracing.carrier_in(request.request_dict)
    if parent is None or request.time_start is None:
        return
    correlation_id = correlation_in(request.request_dict, request.id)
    retries = request.request_dict.get("retries")
    attributes = _attributes(request.name, request.id, correlation_id, request.delivery_info, retries)
    seconds = (request.time_start, time.time())
    tracing.record(
        f"process {request.name}", "consumer", attributes, parent=parent, seconds=seconds, error_type=error_type
    )


def _attributes(
    task_name: str, task_id: str, correlation_id: str, delivery_info: dict[str, Any], retries: int | None
) -> dict[str, Any]:
    # The routing key of a queue is its name, and the convention wants what is the same once.
    destination = ":".join(filter(None, (delivery_info.get("exchange"), delivery_info.get("routing_key"))))
    return {
        **messaging("process", "process", task_name, task_id, correlation_id, destination=destination or None),
        "placar.task.retries": retries,
        "placar.redelivered": bool(delivery_info.get("redelivered")),
    }
