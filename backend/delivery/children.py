"""Processes of our own that a supervisor starts, starts again when they die, and ends."""

import ctypes
import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence

logger = logging.getLogger(__name__)

# A process that lived shorter than this is started again later each time, up to the longest pause.
SHORT_LIFE_SECONDS = 10.0
FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 30.0
PR_SET_PDEATHSIG = 1
# How a child says that another start would end in the same way: EX_CONFIG of sysexits.h.
HOPELESS = 78


class Child:
    """One process. `once`: it may end by itself and is not started again."""

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        environment: Mapping[str, str],
        *,
        once: bool = False,
        pass_fds: Sequence[int] = (),
    ) -> None:
        self.name = name
        self._command = list(command)
        self._environment = dict(environment)
        self._once = once
        self._pass_fds = pass_fds
        self.is_hopeless = False
        self._process: subprocess.Popen[bytes] | None = None
        self._started_at = 0.0
        self._pause = FIRST_PAUSE_SECONDS
        self._start_at: float | None = 0.0

    def look_after(self) -> None:
        """Start the process when it is due, and see whether it has died."""
        if self._process is None:
            if self._start_at is not None and time.monotonic() >= self._start_at:
                self._start()
        elif (code := self._process.poll()) is not None:
            self._process = None
            self._plan_next_start(code)

    def ask_to_end(self) -> None:
        """SIGTERM: finish what is in hand and end. It is not started again."""
        self._start_at = None
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()

    def has_ended(self) -> bool:
        return self._process is None or self._process.poll() is not None

    def kill(self) -> None:
        """End it at once."""
        if self._process is not None and self._process.poll() is None:
            self._process.kill()
            self._process.wait()

    def _start(self) -> None:
        self._start_at = None
        self._started_at = time.monotonic()
        # In a session of its own: Ctrl-C in the terminal reaches the supervisor alone, which ends all in good order.
        self._process = subprocess.Popen(  # noqa: S603 (commands of our own)
            self._command,
            env=self._environment,
            pass_fds=self._pass_fds,
            start_new_session=True,
            preexec_fn=die_with_parent(os.getpid()),
        )

    def _plan_next_start(self, code: int) -> None:
        how = f"was killed by {signal.Signals(-code).name}" if code < 0 else f"ended with exit code {code}"
        if self._once:
            if code:
                logger.error("%s %s", self.name, how)
            return
        self.is_hopeless = code == HOPELESS
        if self.is_hopeless:
            return
        lived_long = time.monotonic() - self._started_at >= SHORT_LIFE_SECONDS
        self._pause = FIRST_PAUSE_SECONDS if lived_long else min(self._pause * 2, LONGEST_PAUSE_SECONDS)
        self._start_at = time.monotonic() + self._pause
        logger.warning("%s %s; it starts again in %.0f s", self.name, how, self._pause)


def die_with_parent(parent: int) -> Callable[[], None]:
    """To be called between fork and exec of a child: Linux kills it when its parent dies, however that happens.

    At once, because the next start needs its port and its lock; what it was doing is done again then. Other systems
    have no such call: there a supervisor that is killed leaves its children behind.
    """
    libc = ctypes.CDLL(None)

    def ask() -> None:
        if sys.platform != "linux":
            return
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # it died before we asked
            os._exit(1)

    return ask
