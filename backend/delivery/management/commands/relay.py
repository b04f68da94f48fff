"""`manage.py relay`: sends what waits in the outbox, until it is stopped."""

import logging
import signal
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from delivery.numbers import at_least
from delivery.relay import BATCH_SIZE, POLL_SECONDS, Relay

logger = logging.getLogger(__name__)


class Command(BaseCommand):
    help = (
        "Send committed work from the outbox to the broker, until stopped. Any number may run at once."
        " SIGTERM and Ctrl-C end it after the batch in hand."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--batch-size", type=at_least(int, 1), default=BATCH_SIZE, help="messages per transaction (%(default)s)"
        )
        parser.add_argument(
            "--poll",
            type=at_least(float, 0.01),
            default=POLL_SECONDS,
            metavar="SECONDS",
            help="how often to look without being notified (%(default)s)",
        )

    def handle(self, *, batch_size: int, poll: float, **_options: Any) -> None:
        relay = Relay(batch_size=batch_size, poll_seconds=poll)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: relay.stop())
        logger.info("relay started")
        relay.run()
        logger.info("relay stopped")
