"""`manage.py consume_dead_letters`: moves what was given up into the table, and lets replays go on, until stopped."""

import logging
import signal
from typing import Any

from django.core.management.base import BaseCommand

from delivery.dead_letter_consumer import DeadLetterConsumer
from delivery.replay_advancer import ReplayAdvancer
from delivery.threads import start_thread

logger = logging.getLogger(__name__)


class Command(BaseCommand):
    help = (
        "Move dead letters from the broker into the database, and let replays go on, until stopped. Any number may run"
        " at once. `manage.py dead_letters` shows and replays them."
    )

    def handle(self, **_options: Any) -> None:
        consumer, advancer = DeadLetterConsumer(), ReplayAdvancer()

        def stop(*_: Any) -> None:
            consumer.stop()
            advancer.stop()

        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, stop)
        thread = start_thread("replays", advancer.run)
        logger.info("dead-letter consumer started")
        consumer.run()
        thread.join()
        logger.info("dead-letter consumer stopped")
