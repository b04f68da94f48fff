"""`manage.py consume_dead_letters`: moves what was given up into the table, until it is stopped."""

import logging
import signal
from typing import Any

from django.core.management.base import BaseCommand

from delivery.dead_letter_consumer import DeadLetterConsumer

logger = logging.getLogger(__name__)


class Command(BaseCommand):
    help = (
        "Move dead letters from the broker into the database, until stopped. Any number may run at once."
        " `manage.py dead_letters` shows and replays them."
    )

    def handle(self, **_options: Any) -> None:
        consumer = DeadLetterConsumer()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: consumer.stop())
        logger.info("dead-letter consumer started")
        consumer.run()
        logger.info("dead-letter consumer stopped")
