"""A message in a worker: Celery's own, but for what the hard time limit has ended."""

from typing import Any

from billiard.exceptions import TimeLimitExceeded
from celery.worker.request import Request


class DeliveredRequest(Request):
    """Named by delivery.task; loaded by workers alone."""

    _ran_too_long = False

    def on_failure(self, exc_info: Any, *args: Any, **kwargs: Any) -> None:
        exception = exc_info.exception  # often wrapped, to carry its traceback between processes
        self._ran_too_long = isinstance(getattr(exception, "exc", exception), TimeLimitExceeded)
        super().on_failure(exc_info, *args, **kwargs)

    def reject(self, requeue: bool = False) -> None:
        """As Celery's; but what ran too long does not go back to its queue, to run too long again."""
        super().reject(requeue=requeue and not self._ran_too_long)
