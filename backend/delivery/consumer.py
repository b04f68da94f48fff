"""The consumer of our workers: Celery's own, but no message is acknowledged unread, and none ends the worker."""

import logging
from collections.abc import Callable
from typing import Any

from celery.worker import consumer

logger = logging.getLogger(__name__)


class Consumer(consumer.Consumer):
    """Set by CELERY_WORKER_CONSUMER."""

    def create_task_handler(self, *args: Any, **kwargs: Any) -> Callable[[Any], None]:
        """Celery's own, but what it trips over is rejected and so becomes a dead letter.

        A body that is no list, a missing id or a name that is no text would stop the whole worker: it ends, again at
        each delivery and with a delivery spent of every task in hand, or stays and consumes nothing more.
        """
        handle = super().create_task_handler(*args, **kwargs)

        def handle_or_reject(message: Any) -> None:
            try:
                handle(message)
            except (*self.connection_errors, *self.channel_errors):  # type: ignore[attr-defined] # its stubs lack them
                raise
            except Exception:
                logger.critical("a message cannot be read: %r", message.headers, exc_info=True)
                if not message.acknowledged:
                    message.reject_log_error(logger, self.connection_errors)  # type: ignore[attr-defined]

        return handle_or_reject

    def on_decode_error(self, message: Any, exc: Exception) -> None:
        """Reject it, so that it becomes a dead letter. Celery acknowledges it, and nothing is left of it."""
        logger.critical("a message of type %s cannot be decoded: %s", message.content_type, exc)
        message.reject_log_error(logger, self.connection_errors)  # type: ignore[attr-defined] # its stubs lack it
