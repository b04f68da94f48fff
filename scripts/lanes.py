#!/usr/bin/env python3
"""Runs the tests in lanes: the same command several times side by side, each with services of its own.

    scripts/lanes.py NUMBER COMMAND...

Most of their time the tests wait for processes, so lanes fill the processor's idle time. They share nothing, because
tests stop, freeze and kill their broker. In PLACAR_LANES_DIR the runs of pytest claim the files that they run
(backend/tests/lanes.py). Every line of output has its lane's number before it. The exit code is 0 when that of all
lanes is, otherwise the first other one. A signal goes to all lanes, and the end of all is awaited.
"""

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from threading import Thread
from types import FrameType

from throwaway import install
from throwaway.errors import ServiceError


def main(number: str, *command: str) -> int:
    """Returns the exit code."""
    try:
        install.prepare()  # once: lanes that install packages would be in each other's way
    except ServiceError as error:
        print(f"lanes: {error}", file=sys.stderr)
        return 1
    lanes: list[Lane] = []
    received: list[int] = []

    def forward(number: int, _frame: FrameType | None) -> None:
        received.append(number)
        for lane in lanes:
            lane.process.send_signal(number)

    # Before the lanes, so that none is ever left without one who would end it.
    for signal_number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(signal_number, forward)
    with tempfile.TemporaryDirectory(prefix="placar-lanes-") as directory:
        for place in range(1, int(number) + 1):
            lanes.append(Lane(place, list(command), Path(directory)))
            for early in received:
                lanes[-1].process.send_signal(early)
        return wait_for(lanes)


def wait_for(lanes: list["Lane"]) -> int:
    """Wait for the end of all; returns the exit code."""
    codes = [lane.wait() for lane in lanes]
    for lane, code in zip(lanes, codes, strict=True):
        print(f"lanes: {lane.place} ended with exit code {code}: {lane.last_line}")
    return next((code for code in codes if code), 0)


class Lane:
    """One command and its output."""

    def __init__(self, place: int, command: list[str], directory: Path) -> None:
        self.place = place
        self.last_line = ""
        # In a session of its own: Ctrl-C in a terminal reaches this program alone, which passes it on once.
        self.process = subprocess.Popen(
            command,
            env=os.environ | {"PLACAR_LANES_DIR": str(directory)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
        )
        self._reader = Thread(target=self._pass_on)
        self._reader.start()

    def _pass_on(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            self.last_line = line.strip()
            print(f"{self.place}| {line}", end="", flush=True)

    def wait(self) -> int:
        code = self.process.wait()
        self._reader.join()
        return code if code >= 0 else 128 - code


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
