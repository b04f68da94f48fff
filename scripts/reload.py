#!/usr/bin/env python3
"""Runs a command, and starts it again when a source file has changed: `scripts/reload.py celery -A config worker`.

For the local Compose file. The command ends in good order (SIGTERM: a worker finishes its task) before it starts anew,
and what dies by itself, as of a mistake in the code, is started with the next change. Looks at the times of the files
instead of being told of changes, which never reaches a container from the machine of some desktop engines.
"""

import signal
import subprocess
import sys
import time
from pathlib import Path
from types import FrameType

SOURCES = Path(__file__).resolve().parents[1] / "backend"
LOOK_SECONDS = 1.0

Times = dict[Path, int]


def main() -> int:
    """Returns the command's exit code, once it was told to end."""
    runner = Runner(sys.argv[1:])
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, runner.stop)
    return runner.run()


class Runner:
    """The command, as often as it takes."""

    def __init__(self, command: list[str]) -> None:
        self._command = command
        self._is_stopping = False

    def stop(self, _number: int, _frame: FrameType | None) -> None:
        """Let the command end, and do not start it again."""
        self._is_stopping = True

    def run(self) -> int:
        seen = times()
        process = subprocess.Popen(self._command)
        while not self._is_stopping:
            time.sleep(LOOK_SECONDS)
            if (now := times()) != seen:
                seen = now
                print(f"reload: starting {' '.join(self._command)} again", flush=True)
                self._end(process)
                if not self._is_stopping:
                    process = subprocess.Popen(self._command)
        return self._end(process)

    def _end(self, process: subprocess.Popen[bytes]) -> int:
        if process.poll() is None:
            process.terminate()
        code = process.wait()
        # It was just starting, and had not yet said what it does on SIGTERM.
        return 0 if code == -signal.SIGTERM else code


def times() -> Times:
    """When each source file was written, but for tests."""
    found: Times = {}
    for path in SOURCES.rglob("*.py"):
        if "tests" not in path.parts:
            try:
                found[path] = path.stat().st_mtime_ns
            except FileNotFoundError:  # an editor is just replacing it
                continue
    return found


if __name__ == "__main__":
    sys.exit(main())
