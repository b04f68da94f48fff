"""A message in a worker: Celery's own, but for the end by the hard time limit, and for a database that is away."""

import logging
from typing import Any

from billiard.exceptions import TimeLimitExceeded
from celery.worker.request import Request
from django.db import DatabaseError, InterfaceError

logger = logging.getLogger(__name__)


class DeliveredRequest(Request):
    """Named by delivery.task; loaded by workers alone."""

    _ran_too_long = False

    def on_failure(self, exc_info: Any, *args: Any, **kwargs: Any) -> None:
        exception = exc_info.exception  # often wrapped, to carry its traceback between processes
        self._ran_too_long = isinstance(getattr(exception, "exc", exception), TimeLimitExceeded)
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
