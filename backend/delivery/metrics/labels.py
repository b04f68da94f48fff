"""Names as labels: a series for each that this code knows, and one for all others, however many there are."""

from collections.abc import Iterable

from celery import current_app

from delivery.messages import queue_name_of
from delivery.names import known_queues, registered_tasks

OTHER = "other"


def task_label(name: str) -> str:
    """The name of a task that this code has, Celery's own included. What came in a message may be anything."""
    return name if name in registered_tasks() or name in current_app.tasks else OTHER


def queue_label(task_name: str) -> str:
    """The queue that the task goes to."""
    return queue_name_of(task_name) or OTHER


def queues_and(found: Iterable[str]) -> list[str]:
    """All queues, so that a series is there before anything happens, and what else was found."""
    return sorted({*known_queues(), *found})
