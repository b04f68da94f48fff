"""A message in a worker: Celery's own, but for wrong time limits, what the hard one has ended, and a lost database."""

import logging
from typing import Any

from billiard.exceptions import Terminated, TimeLimitExceeded, WorkerLostError
from celery.exceptions import InvalidTaskError
from celery.worker.request import Request
from django.db import DatabaseError, InterfaceError

from delivery.attempts import about, record_lost_attempt

logger = logging.getLogger(__name__)


class DeliveredRequest(Request):
    """Named by delivery.task; loaded by workers alone."""

    _ran_too_long = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Found out later, when the task starts, they would cost the worker one of its children's places for ever.
        limits = self.time_limits
        if not (isinstance(limits, (list, tuple)) and len(limits) == 2 and all(map(_is_limit, limits))):
            raise InvalidTaskError(f"time limits must be two numbers or null, not {limits!r}")

    def on_failure(self, exc_info: Any, *args: Any, **kwargs: Any) -> None:
        wrapped = exc_info.exception  # often, to carry its traceback between processes
        exception = getattr(wrapped, "exc", wrapped)
        self._ran_too_long = isinstance(exception, TimeLimitExceeded)
        if isinstance(exception, TimeLimitExceeded | WorkerLostError | Terminated):
            record_lost_attempt(self, type(exception).__name__)
        with about(self):
            self._note_failure(exc_info, *args, **kwargs)

    def _note_failure(self, exc_info: Any, *args: Any, **kwargs: Any) -> None:
        try:
            super().on_failure(exc_info, *args, **kwargs)
        except (DatabaseError, InterfaceError):
            # Celery asks for the result of a child that was killed. Without an answer the message would neither be
            # acknowledged nor given back, and a worker that holds as many as it may hold would wait for ever.
            logger.exception("%s %s goes back to its queue: the database is away", self.name, self.id)
            self.reject(requeue=True)

    def reject(self, requeue: bool = False) -> None:
        """As Celery's; but what ran too long does not go back to its queue, to run too long again."""
        super().reject(requeue=requeue and not self._ran_too_long)


def _is_limit(value: object) -> bool:
    return value is None or isinstance(value, int | float)
