"""Signs of life of processes that nobody asks over a network: worker, relay, beat, dead-letter consumer.

Each loop without which its process is of no use writes a small file every few seconds, by itself: a loop that stands
still writes nothing, and a loop whose tasks take an hour goes on writing. `python -m delivery.heartbeat NAME...` fails
when one of them is too old. It imports nothing of Django or Celery: it costs a fiftieth of a second.

What waits for a broker or a database that is down is alive, and its file says what it waits for.
"""

import argparse
import logging
import os
import signal
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

logger = logging.getLogger(__name__)

# Where the files are; without it nothing is written (make run, tests). On a file system in memory, as containers have.
DIRECTORY = "HEARTBEAT_DIR"
INTERVAL_SECONDS = 5.0
# No loop is silent for longer, whatever it waits for. At worst these come one after the other, and each but the first
# either goes on or ends in a sign that says what is waited for:
#     5  the last sign is so old (INTERVAL_SECONDS)
#    15  a read or write of a broker that is frozen (a worker that reconnects sleeps for 30, and has no database to ask)
#    30  a lock of the database that comes at the last moment (delivery.lock_waits)
#    60  a host of the database that vanishes then (keepalives, tcp_user_timeout: config.database_settings)
#    20  two addresses of that host that do not answer (connect_timeout)
# Tested: unit/delivery/test_heartbeat_limit.py. Two things take longer, and end who waits; nothing is lost by that:
# - A database that is frozen while its host answers: no time-out sees it. The next one waits, with signs, to connect.
# - Three children of a worker killed at once while the broker takes nothing: the retry of each is sent up to four times
#   (CELERY_TASK_PUBLISH_RETRY, which outside of an alarm saves it), 15 s each. Its messages go back to their queue.
STALE_SECONDS = 150.0
WORKING = "working"


class Heartbeat:
    """Of one loop. May be called as often as it likes."""

    def __init__(self, name: str) -> None:
        directory = os.environ.get(DIRECTORY)
        self._path = Path(directory, name) if directory else None
        self._state = ""
        self._next_at = 0.0  # of time.monotonic()
        if self._path:
            # That of the process before, where the file system outlives it, as a pod's does.
            with suppress(OSError):
                self._path.unlink()

    def beat(self, state: str = WORKING) -> None:
        """Say that the loop goes round, and in what state."""
        now = time.monotonic()
        if self._path and (state != self._state or now >= self._next_at):
            self._state, self._next_at = state, now + INTERVAL_SECONDS
            self._write(f"{now} {os.getpid()} {state}")

    def beat_for_the_last_time(self, state: str) -> None:
        """From now on nobody may count on this loop: the process ends, and how long that takes is another's affair."""
        if self._path:
            self._write(f"inf {os.getpid()} {state}")
        self._path = None

    def _write(self, text: str) -> None:
        assert self._path  # noqa: S101
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            # Replaced in one step: the check never reads half of it.
            draft = self._path.with_suffix(".new")
            draft.write_text(text)
            draft.replace(self._path)
        except OSError as error:
            # The work is worth more than the sign of it; the check will say that there is none.
            logger.warning("no sign of life can be written: %s", error)


@dataclass(frozen=True, slots=True)
class Sign:
    """What a loop has said last. `pid` is 0 where it has said nothing yet."""

    name: str
    age: float  # seconds
    pid: int
    state: str

    @property
    def is_stale(self) -> bool:
        return self.age > STALE_SECONDS

    def __str__(self) -> str:
        if not self.pid:
            return f"{self.name}: no sign of life yet"
        return f"{self.name}: {self.state}" + (f", silent for {self.age:.0f} s" if self.age > 0 else "")


def read_sign(name: str) -> Sign:
    """The last sign of the loop. Raises KeyError without HEARTBEAT_DIR."""
    try:
        written_at, pid, state = Path(os.environ[DIRECTORY], name).read_text().split(" ", 2)
        return Sign(name, time.monotonic() - float(written_at), int(pid), state)
    except (FileNotFoundError, ValueError):
        return Sign(name, float("inf"), 0, "")


def main() -> int:
    """Returns 1 if one of the loops stands still or has not begun."""
    parser = argparse.ArgumentParser(prog="python -m delivery.heartbeat", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("name", nargs="+", metavar="NAME", help="worker, relay, beat, dead-letters, replays")
    parser.add_argument(
        "--end-stuck",
        action="store_true",
        help="kill a process that stands still, for whoever starts it again (a container's restart policy)",
    )
    arguments = parser.parse_args()
    signs = [read_sign(name) for name in arguments.name]
    for sign in signs:
        sys.stdout.write(f"{sign}\n")
        if arguments.end_stuck and sign.is_stale and sign.pid:
            with suppress(ProcessLookupError):
                os.kill(sign.pid, signal.SIGKILL)
    return int(any(sign.is_stale for sign in signs))


if __name__ == "__main__":
    sys.exit(main())
