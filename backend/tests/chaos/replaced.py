"""Puts the workload in the place of the services that the tasks call, and lets their retries come soon."""

import logging
import sys
from collections.abc import Callable, Mapping
from typing import Any

from celery import Celery
from celery.app.autoretry import add_autoretry_behaviour

from tests.chaos.workload import DOOMED

# A killed child costs its task one of them, and so does every try while the database is away.
RETRIES = 30
Service = Callable[[int], None]


def replace_services(app: Celery, services: Mapping[str, Service]) -> None:
    """By the tasks' names. To be called in a worker before its children are forked, once the tasks are there."""
    for name, service in services.items():
        _replace(app.tasks[name], service, 1 if name == DOOMED[0] else RETRIES)
    # A line or two for each of ten thousand tasks would bury what matters.
    for logger in ("celery.app.trace", "celery.worker.strategy"):
        logging.getLogger(logger).setLevel(logging.CRITICAL)


def _replace(task: Any, service: Service, retries: int) -> None:
    vars(sys.modules[task.__module__])[task.name.partition(".")[2]] = service
    task.run = task._orig_run
    del task._orig_run
    # The first two are for a killed child and a start that could not be noted, the third for the rest.
    task.max_retries, task.default_retry_delay = retries, 1
    task.retry_kwargs = {"max_retries": retries, "countdown": 1}
    add_autoretry_behaviour(task, autoretry_for=(Exception,))
