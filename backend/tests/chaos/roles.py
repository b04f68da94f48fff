"""The processes of a run, by their roles: started, killed, started again, and ended."""

import os
import signal
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from random import Random

from tests.processes import BACKEND, Processes, RunningProcess
from tests.web_server import gunicorn

WORKERS = ("worker-1", "worker-2")


@dataclass(frozen=True, slots=True)
class Role:
    """How to start a process, and what it writes when it works."""

    command: tuple[str, ...]
    ready: str
    directory: Path = BACKEND


def worker_role(name: str, application: str) -> Role:
    """A worker with two children."""
    options = ("worker", "-l", "info", "-n", name, "--concurrency", "2")
    return Role((sys.executable, "-m", "celery", "-A", application, *options), " ready.")


def web_role(port: int) -> Role:
    """Gunicorn as in the image, with one process."""
    return Role(gunicorn("tests.chaos.web", port, "--workers=1", "--threads=4"), "Booting worker")


def command_role(command: str, ready: str) -> Role:
    """`manage.py COMMAND`."""
    return Role((sys.executable, "manage.py", command), ready)


def beat_role() -> Role:
    return Role((sys.executable, "-m", "celery", "-A", "config", "beat", "-l", "info", "--pidfile="), "beat: Starting")


class Roles:
    """All processes of a run."""

    def __init__(self, processes: Processes, roles: Mapping[str, Role], environment: dict[str, str]) -> None:
        self._processes = processes
        self._roles = roles
        self._environment = environment
        self._running: dict[str, RunningProcess] = {}

    def __contains__(self, name: str) -> bool:
        return name in self._roles

    def start_all(self) -> None:
        for name in self._roles:
            self.start(name)

    def start(self, name: str) -> None:
        """Returns when it works."""
        role = self._roles[name]
        self._running[name] = self._processes.start(
            *role.command, extra_environment=self._environment, directory=role.directory
        )
        self._running[name].wait_for_log(role.ready)

    def kill(self, name: str) -> None:
        """SIGKILL; of a worker to its main process alone: its children are left to end by themselves."""
        process = self._running[name]
        if name in WORKERS:
            process.signal(signal.SIGKILL)
            process.wait()
        else:
            process.kill()

    def stop(self, name: str) -> int:
        """SIGTERM, and wait for the end; returns the exit code."""
        return self._running.pop(name).stop()

    def kill_all(self) -> None:
        """SIGKILL to all, children included."""
        for process in self._running.values():
            process.kill()

    def signal(self, name: str, number: signal.Signals) -> None:
        self._running[name].signal(number)

    def kill_child(self, worker: str, random: Random) -> None:
        """SIGKILL to one of the worker's children."""
        pid = self._running[worker].pid
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        with suppress(ProcessLookupError):
            os.kill(int(random.choice(children)), signal.SIGKILL)

    def ended(self) -> list[str]:
        """Which of them have ended although nobody asked them to."""
        return [name for name, process in self._running.items() if process.has_ended]

    def stop_all(self) -> dict[str, int]:
        """SIGTERM to all, in the order of their start; returns their exit codes."""
        return {name: process.stop() for name, process in self._running.items()}
