"""The base class of all tasks: what is held is not run, and no task ends its worker."""

import logging
import math
from typing import Any

from celery.contrib.django.task import DjangoTask
from celery.exceptions import Ignore
from django.db import DatabaseError, InterfaceError

logger = logging.getLogger(__name__)


class OutOfMemory(Exception):
    """In place of MemoryError, at which Celery ends the whole worker, again at each delivery of the task."""


class DeliveredTask(DjangoTask):  # type: ignore[type-arg] # generic in the stubs alone
    """A task that goes back to the outbox, instead of running, while an operator holds it.

    It is asked at every start and not remembered between two: one indexed query of a table that is all but empty costs
    far less than the writing of the result, and with it no task starts after a hold was committed.
    """

    abstract = True
    Request = "delivery.request:DeliveredRequest"

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        # `run` and not Celery's own __call__, which would hide the message with its count of retries.
        try:
            return self.run(*args, **kwargs)
        except MemoryError as error:
            raise OutOfMemory(str(error)) from error

    def before_start(self, task_id: str, args: Any, kwargs: Any) -> None:
        """Called by Celery after it has noted that the task runs, and before it does."""
        # Celery makes this class before Django has loaded its models.
        from delivery.held import give_back_if_held

        try:
            hold = give_back_if_held(task_id)
        except (DatabaseError, InterfaceError) as error:
            # Nobody knows whether it is held. Its own retries are for what it raises itself.
            raise self.retry(exc=error) from error
        if hold is not None:
            logger.info("%s %s goes back to the outbox: hold %s, %s", self.name, task_id, hold.pk, hold)
            # The message is acknowledged, and no result written.
            raise Ignore(f"held: {hold}")

    def retry(self, *args: Any, **options: Any) -> Any:
        """As Celery's, after whole seconds and one at least.

        Quorum queues delay by whole seconds alone. And Celery's jitter may choose 0: each time, so that all tries are
        over in a moment.
        """
        if (countdown := options.get("countdown")) is not None:
            options["countdown"] = max(1, math.ceil(countdown))
        return super().retry(*args, **options)
