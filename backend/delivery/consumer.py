"""The consumer of our workers: Celery's own, but for messages that cannot be decoded."""

import logging
from typing import Any

from celery.worker import consumer

logger = logging.getLogger(__name__)


class Consumer(consumer.Consumer):
    """Set by CELERY_WORKER_CONSUMER."""

    def on_decode_error(self, message: Any, exc: Exception) -> None:
        """Reject it, so that it becomes a dead letter. Celery acknowledges it, and nothing is left of it."""
        logger.critical("a message of type %s cannot be decoded: %s", message.content_type, exc)
        message.reject_log_error(logger, self.connection_errors)  # type: ignore[attr-defined] # its stubs lack it
