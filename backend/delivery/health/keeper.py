"""Keeps what the last look found, so that any number of probes cost the database one look every few seconds."""

import time
from collections.abc import Callable
from threading import Event, Lock, Thread

# What was found holds for so long.
KEEP_SECONDS = 2.0
# A frozen database answers nothing, not even that it takes no more connections: who asks is not kept for longer.
PATIENCE_SECONDS = 3.0

Missing = tuple[str, ...]
SILENT: Missing = ("database",)


class Keeper:
    """Looks in a thread of its own, one look at a time: a look that hangs hangs no request."""

    def __init__(self, look: Callable[[], Missing]) -> None:
        self._look = look
        self._lock = Lock()
        self._last: _Look | None = None

    def missing(self) -> Missing:
        """What is missing; `database` when that cannot be said in time."""
        with self._lock:
            look = self._last
            if look is None or look.is_old:
                look = self._last = _Look(self._look)
        return look.result()

    def forget(self) -> None:
        """Look anew at the next call."""
        with self._lock:
            self._last = None


class _Look:
    def __init__(self, look: Callable[[], Missing]) -> None:
        self._began = time.monotonic()
        self._done = Event()
        self._missing = SILENT
        # A daemon: a database that never answers must not keep the process from ending.
        Thread(target=self._run, args=[look], name="readiness", daemon=True).start()

    def _run(self, look: Callable[[], Missing]) -> None:
        try:
            self._missing = look()
        finally:
            self._done.set()

    @property
    def is_old(self) -> bool:
        return self._done.is_set() and time.monotonic() - self._began > KEEP_SECONDS

    def result(self) -> Missing:
        self._done.wait(max(0.0, self._began + PATIENCE_SECONDS - time.monotonic()))
        return self._missing
