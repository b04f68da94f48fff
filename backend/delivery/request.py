"""A message in a worker: Celery's own, but for what the hard time limit has ended."""

from celery.worker.request import Request


class DeliveredRequest(Request):
    """Named by delivery.task; loaded by workers alone."""

    _ran_too_long = False

    def on_timeout(self, soft: bool, timeout: float) -> None:
        self._ran_too_long = not soft
        super().on_timeout(soft, timeout)

    def reject(self, requeue: bool = False) -> None:
        """As Celery's; but what ran too long does not go back to its queue, to run too long again."""
        super().reject(requeue=requeue and not self._ran_too_long)
