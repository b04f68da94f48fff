"""Placar's own processes in tests: the real commands, on the test's database and the session's broker."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

from django.db import connection

BACKEND = Path(__file__).resolve().parents[1]
# Long enough for a busy machine. Nothing is measured by it: it ends a test that would wait for ever.
PATIENCE_SECONDS = 120


def wait_until(condition: Callable[[], object], what: str, *, seconds: float = PATIENCE_SECONDS) -> None:
    """Return once the condition holds; fail, saying what did not come, if it never does."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"still not so after {seconds:.0f} s: {what}")
        time.sleep(0.02)


def environment() -> dict[str, str]:
    """The environment of a process that is to see what the test sees."""
    return os.environ | {"DATABASE_URL": database_url(), "PYTHONUNBUFFERED": "1", "CELERY_SKIP_CHECKS": "1"}


def manage(command: str, *arguments: str) -> list[str]:
    """`manage.py COMMAND ARGUMENTS`.

    Django's checks import every view, which is a third of a process's start; `make check` runs them.
    """
    return [sys.executable, "manage.py", command, "--skip-checks", *arguments]


def database_url() -> str:
    """The address of the database that the test runs on, which is not the one of the environment."""
    settings = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{settings['NAME']}"
    user = f"{quote(settings['USER'])}:{quote(settings['PASSWORD'])}"
    return f"postgres://{user}@{settings['HOST']}:{settings['PORT']}/{settings['NAME']}"


class RunningProcess:
    """A process of a test, in a process group of its own, with what it wrote."""

    def __init__(
        self, command: list[str], log: Path, extra_environment: dict[str, str], directory: Path = BACKEND
    ) -> None:
        self._log = log
        with log.open("wb") as output:
            self._process = subprocess.Popen(
                command,
                cwd=directory,
                env=environment() | extra_environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def log(self) -> str:
        """Everything it wrote so far, to both outputs."""
        return self._log.read_text(errors="replace")

    def wait_for_log(self, text: str) -> None:
        """Return once it has written the text."""
        wait_until(lambda: text in self.log or self.has_ended, f"{text!r} in the log")
        assert text in self.log, f"ended without {text!r}:\n{self.log}"

    @property
    def has_ended(self) -> bool:
        return self._process.poll() is not None

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the process alone."""
        self._process.send_signal(number)

    def wait(self) -> int:
        """Wait for its end; returns the exit code."""
        return self._process.wait(PATIENCE_SECONDS)

    def stop(self) -> int:
        """SIGTERM, and wait for the end; returns the exit code."""
        self.signal(signal.SIGTERM)
        return self.wait()

    def kill_children(self) -> None:
        """SIGKILL to its child processes, which a worker replaces."""
        for pid in Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split():
            with suppress(ProcessLookupError):
                os.kill(int(pid), signal.SIGKILL)

    def kill(self) -> None:
        """SIGKILL to the process and all that it started."""
        try:
            os.killpg(self.pid, signal.SIGKILL)
        except ProcessLookupError:
            return
        self._process.wait(PATIENCE_SECONDS)


class Processes:
    """Starts processes and remembers them, so that none outlives its test."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._running: list[RunningProcess] = []

    def start(
        self, *command: str, extra_environment: dict[str, str] | None = None, directory: Path = BACKEND
    ) -> RunningProcess:
        """Start a command in backend/, or that of another release."""
        log = self._directory / f"process-{len(self._running)}.log"
        process = RunningProcess(list(command), log, extra_environment or {}, directory)
        self._running.append(process)
        return process

    def start_command(self, *arguments: str, extra_environment: dict[str, str] | None = None) -> RunningProcess:
        """Start `manage.py ARGUMENTS`."""
        return self.start(*manage(*arguments), extra_environment=extra_environment)

    def start_relay(self, *options: str) -> RunningProcess:
        """Start `manage.py relay`, and wait until it works."""
        relay = self.start_command("relay", *options)
        relay.wait_for_log("relay started")
        return relay

    def start_dead_letter_consumer(self) -> RunningProcess:
        """Start `manage.py consume_dead_letters`, and wait until it works."""
        consumer = self.start_command("consume_dead_letters")
        consumer.wait_for_log("dead-letter consumer started")
        return consumer

    def start_worker(self, *options: str, app: str = "config", **environment: str) -> RunningProcess:
        """Start `celery -A config worker -l info`, one child unless told otherwise, and wait until it is ready."""
        worker = self.start(
            *(sys.executable, "-m", "celery", "-A", app, "worker", "-l", "info", "--concurrency", "1", *options),
            extra_environment=environment,
        )
        worker.wait_for_log(" ready.")
        return worker

    def start_sabotaged_worker(self, how: str, **limits: str) -> RunningProcess:
        """Start a worker whose ranking task fails in a way that tests.sabotage knows, and wait until it is ready."""
        return self.start_worker(app="tests.sabotage", SABOTAGE=how, **limits)

    def run_command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run `manage.py ARGUMENTS` to its end."""
        return subprocess.run(
            manage(*arguments),
            cwd=BACKEND,
            env=environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=PATIENCE_SECONDS,
            check=False,
        )

    def end_all(self) -> None:
        """Kill what still runs, and write out what all of them wrote: pytest shows it when the test has failed."""
        for process in self._running:
            process.kill()
            sys.stdout.write(f"--- process {process.pid}\n{process.log}\n")
