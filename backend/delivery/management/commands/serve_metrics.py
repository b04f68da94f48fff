"""`manage.py serve_metrics`: what Prometheus scrapes."""

import logging
import signal
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from prometheus_client import CollectorRegistry

from delivery.metrics.server import make_metrics_server
from delivery.metrics.sources import make_watches
from delivery.metrics.watch import Watched
from delivery.threads import start_thread

logger = logging.getLogger(__name__)


class Command(BaseCommand):
    help = (
        "Serve metrics for Prometheus at METRICS_ADDRESS and METRICS_PORT, until stopped: /metrics, and /health/live of"
        " this process. One is enough; it asks database and broker every METRICS_INTERVAL_SECONDS."
    )

    def handle(self, **_options: Any) -> None:
        watches = make_watches()
        registry = CollectorRegistry()
        registry.register(Watched([source for watch in watches for source in watch.sources]))
        address, port = settings.METRICS_ADDRESS, settings.METRICS_PORT
        try:
            server = make_metrics_server(address, port, registry)
        except OSError as error:
            raise CommandError(f"cannot listen at {address}:{port} (METRICS_ADDRESS, METRICS_PORT): {error}") from error
        for watch in watches:
            start_thread("metrics", watch.run)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, _stop)
        logger.info("metrics at http://%s:%s/metrics", address, server.server_port)
        try:
            server.serve_forever()
        except _Stopped:
            logger.info("metrics stopped")


class _Stopped(Exception):
    """Asked to end."""


def _stop(*_: Any) -> None:
    # The looks are reading and can be broken off anywhere: their threads end with the process.
    raise _Stopped
