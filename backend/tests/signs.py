"""The signs of life of a test's processes, and the check of a container that looks at them."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from delivery.heartbeat import DIRECTORY, STALE_SECONDS
from tests.processes import BACKEND


def keep_signs(directory: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let processes that are started from now on write their files; returns where."""
    monkeypatch.setenv(DIRECTORY, str(directory / "signs"))
    return directory / "signs"


def check(*arguments: str) -> subprocess.CompletedProcess[str]:
    """What a container's health check runs."""
    command = [sys.executable, "-m", "delivery.heartbeat", *arguments]
    return subprocess.run(command, cwd=BACKEND, env=os.environ, capture_output=True, text=True, check=False)


def is_alive(*names: str) -> bool:
    return check(*names).returncode == 0


def let_pass(directory: Path, *names: str) -> None:
    """As if nothing had been heard for too long: a loop that goes round says something in the next few seconds."""
    for name in names:
        pid, state = (directory / name).read_text().split(" ", 2)[1:]
        (directory / name).write_text(f"{time.monotonic() - STALE_SECONDS - 1} {pid} {state}")
