"""How a relay sleeps: until PostgreSQL notifies, a time has passed, or it is told to stop."""

import os
import select
from typing import Any

import psycopg
from django.db import connection

from delivery.outbox import NOTIFY_CHANNEL


class Wakeup:
    """Waits on PostgreSQL's notifications and on `stop`, whichever comes first. Where there is no PostgreSQL, on `stop`
    alone: the poll finds what is new."""

    def __init__(self) -> None:
        self._reader, self._writer = os.pipe()
        self._listener: psycopg.Connection[Any] | None = None
        self.stopping = False

    def stop(self) -> None:
        """End every wait from now on. May be called from a signal handler or another thread."""
        if not self.stopping:
            self.stopping = True
            os.write(self._writer, b".")

    def listen(self) -> None:
        """Listen for notifications, unless listening already. Raises psycopg.OperationalError."""
        if self._listener is None and connection.vendor == "postgresql":
            # A connection of its own, in autocommit: one in a transaction is not told.
            self._listener = psycopg.connect(**connection.get_connection_params(), autocommit=True)
            self._listener.execute(f"LISTEN {NOTIFY_CHANNEL}")

    def wait(self, seconds: float) -> bool:
        """Sleep until notified, told to stop, or the time has passed; returns whether it was notified.

        Raises psycopg.OperationalError.
        """
        if self._listener is None:
            self.pause(seconds)
            return False
        select.select([self._reader, self._listener.fileno()], [], [], seconds)
        return bool(list(self._listener.notifies(timeout=0)))

    def pause(self, seconds: float) -> None:
        """Sleep until told to stop or the time has passed, whatever is notified."""
        select.select([self._reader], [], [], seconds)

    def forget(self) -> None:
        """Drop a listening connection that is of no use any more."""
        if self._listener is not None:
            self._listener.close()
        self._listener = None
