"""The embedded mode: relay, worker and beat in one process, on a broker that lives in its memory.

The broker forgets everything when the process ends. The outbox does not: what was sent and has no final result is sent
again at the next start.
"""

import fcntl
import hashlib
import logging
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from celery import current_app
from celery.beat import Service as BeatService
from django.db import connection

from delivery.broker import is_in_memory
from delivery.in_flight import in_flight
from delivery.relay import Relay
from delivery.threads import start_thread

logger = logging.getLogger(__name__)

# Threads, since no other process can reach the broker. More than one, so that a long ranking does not hold up the rest.
WORKER_THREADS = 4
# A look costs a fraction of a millisecond; SQLite cannot notify.
RELAY_POLL_SECONDS = 0.05
# How long the last worker on this database has to end, when its supervisor was killed a moment ago.
PATIENCE_SECONDS = 5.0


class CannotEmbed(Exception):
    """The embedded mode cannot start here; the text says why."""


def run_embedded_worker() -> int:
    """Relay, worker and beat until SIGTERM or SIGINT, which let a running task finish. Returns the exit code."""
    if not is_in_memory():
        raise CannotEmbed("CELERY_BROKER_URL names a broker; the embedded mode is for memory://")
    with only_one_per_database():
        if count := send_again_what_was_lost():
            logger.info("%s tasks were in flight when the last run ended; they are sent again", count)
        relay = Relay(poll_seconds=RELAY_POLL_SECONDS)
        threads = [
            start_thread("relay", relay.run),
            # It has to be told its scheduler: its own default keeps schedules in a file.
            start_thread("beat", BeatService(current_app, scheduler_cls=current_app.conf.beat_scheduler).start),
        ]
        worker = current_app.Worker(pool="threads", concurrency=WORKER_THREADS, loglevel="INFO", quiet=True)
        worker.start()
        relay.stop()
        threads[0].join()
    return int(worker.exitcode or 0)


def send_again_what_was_lost() -> int:
    """Let the relay send every message that was sent before and has no final result. Returns how many."""
    return in_flight().update(sent_at=None)


@contextmanager
def only_one_per_database() -> Iterator[None]:
    """Hold the lock of this database's embedded worker. The system frees it however the process ends.

    Two of them would take each other's messages for lost and do everything twice. Raises CannotEmbed.
    """
    path = _lock_path()
    give_up_at = time.monotonic() + PATIENCE_SECONDS
    with path.open("w") as file:
        while not _try_lock(file):
            if time.monotonic() > give_up_at:
                raise CannotEmbed(f"another embedded worker runs on this database (it holds {path})")
            time.sleep(0.1)
        yield


def _try_lock(file: IO[str]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _lock_path() -> Path:
    settings = connection.settings_dict
    if connection.vendor == "sqlite":
        return Path(f"{settings['NAME']}.worker-lock")
    address = "/".join(str(settings[part]) for part in ("HOST", "PORT", "NAME"))
    return Path(tempfile.gettempdir()) / f"placar-{hashlib.sha256(address.encode()).hexdigest()[:16]}.worker-lock"
