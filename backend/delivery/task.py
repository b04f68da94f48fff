"""The base class of all tasks: what keeps it from starting, its retries, and its success in its own commit."""

import inspect
import logging
import math
import sys
from functools import cached_property
from typing import Any

from celery.contrib.django.task import DjangoTask
from celery.exceptions import Ignore
from django.db import DEFAULT_DB_ALIAS, DatabaseError, InterfaceError, transaction

import delivery.attempts  # noqa: F401 (hears of each attempt)

logger = logging.getLogger(__name__)


class OutOfMemory(Exception):
    """In place of MemoryError, at which Celery ends the whole worker, again at each delivery of the task."""


class DeliveredTask(DjangoTask):  # type: ignore[type-arg] # generic in the stubs alone
    """A task that succeeds once, unless others may join it, and goes back to the outbox while an operator holds it."""

    abstract = True
    Request = "delivery.request:DeliveredRequest"

    @cached_property
    def is_atomic(self) -> bool:
        """Whether the service of the task is one transaction: then its effects and the success are one commit.

        A run that finds the task done by another is rolled back, so nothing happens twice, whatever the service does.
        """
        return is_one_transaction(getattr(sys.modules[self.__module__], self.__name__.removesuffix("_task"), None))

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        # `run` and not Celery's own __call__, which would hide the message with its count of retries.
        try:
            if self.is_atomic and not self.request.called_directly:
                return self._run_in_transaction(args, kwargs)
            return self.run(*args, **kwargs)
        except MemoryError as error:
            raise OutOfMemory(str(error)) from error

    def _run_in_transaction(self, args: Any, kwargs: Any) -> Any:
        try:
            return self._commit_with_success(args, kwargs)
        except (DatabaseError, InterfaceError) as error:
            # Of the commit: its own retries are for what the service raises. As often as these, since what comes from
            # the service comes here as well once they are used up, and then this raises it.
            raise self._try_again(error) from error

    def _commit_with_success(self, args: Any, kwargs: Any) -> Any:
        from delivery.joined import may_be_joined
        from delivery.results import AlreadySucceeded

        try:
            with transaction.atomic():
                value = self.run(*args, **kwargs)
                backend: Any = self.backend
                backend.store_success(value, self.request)
        except AlreadySucceeded as error:
            logger.info("%s %s is rolled back: another run of it has succeeded", self.name, self.request.id)
            if may_be_joined(str(self.request.id)):
                # The other run may have begun before the change was committed for which this one is.
                raise self._try_again(error) from error
            raise Ignore("another run of it has succeeded meanwhile") from error
        return value

    def _try_again(self, error: Exception) -> Any:
        """As the task states. Returns nothing: it raises Retry, or the error once there were enough tries."""
        return self.retry(exc=error, **getattr(self, "retry_kwargs", {}))

    def before_start(self, task_id: str, args: Any, kwargs: Any) -> None:
        """Called by Celery before the task runs.

        Whether anything is held is asked at every start and not remembered between two, so that no task starts after a
        hold was committed.
        """
        # Celery makes this class before Django has loaded its models.
        from delivery.held import give_back_if_held
        from delivery.joined import forget_success, may_be_joined
        from delivery.result_rows import Start

        try:
            backend: Any = self.backend
            start = backend.note_start(task_id, self.request)
            if start is Start.DONE and may_be_joined(task_id):
                forget_success(task_id)
                start = backend.note_start(task_id, self.request)
            hold = give_back_if_held(task_id) if start is Start.HOLDS else None
        except (DatabaseError, InterfaceError) as error:
            # Nobody knows whether it is held. Its own retries are for what it raises itself.
            raise self.retry(exc=error) from error
        if start is Start.DONE:
            logger.info("%s %s has succeeded before", self.name, task_id)
            raise Ignore("it has succeeded before")
        if start is Start.UNKNOWN:
            # Its ids may name other objects by now, as after a restore of a backup from before it was asked for.
            logger.warning("%s %s is not run: the outbox does not have it", self.name, task_id)
            raise Ignore("the outbox does not have it")
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


def is_one_transaction(service: object) -> bool:
    """Whether the function is decorated with `transaction.atomic`, and may run in a transaction around it."""
    if not inspect.isfunction(service):
        return False
    # The decorator leaves no other trace than the context manager that it enters.
    atomic = inspect.getclosurevars(service).nonlocals.get("self")
    if not isinstance(atomic, transaction.Atomic):
        return False
    is_durable: bool = vars(atomic)["durable"]  # not in the stubs
    return atomic.using in (None, DEFAULT_DB_ALIAS) and not is_durable
