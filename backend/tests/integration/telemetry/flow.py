"""All processes of the way from a request to its effects, with logs to read and a collector of traces."""

import json
import signal
import sys
import urllib.request
from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth.models import User
from rest_framework.authtoken.models import Token

from tests.chaos.rig import free_port
from tests.processes import Processes, RunningProcess, manage
from tests.web_server import HOST, gunicorn

# Written past all loggers, behind an empty line.
CELERYS_OWN = "worker: Warm shutdown (MainProcess)"


@dataclass
class Flow:
    """Starts each process when it is asked for, with logs in JSON."""

    processes: Processes
    environment: dict[str, str]
    port: int = 0
    running: dict[str, RunningProcess] = field(default_factory=dict)

    def start(self, *names: str) -> None:
        """Start these, and wait until they work."""
        starts = {
            "web": self._start_web,
            "relay": self._start_relay,
            "dead-letters": self._start_dead_letters,
            "worker": self.start_worker,
        }
        for name in names:
            starts[name]()

    def start_worker(self, app: str = "config") -> None:
        """Start a worker with one child."""
        command = (sys.executable, "-m", "celery", "-q", "-A", app, "worker", "-l", "info", "--concurrency", "1")
        self._start("worker", *command).wait_for_log(" ready.")

    def _start_web(self) -> None:
        self.port = free_port()
        self._start("web", *gunicorn("config.wsgi", self.port, "--workers=1")).wait_for_log("Booting worker")

    def _start_relay(self) -> None:
        self._start("relay", *manage("relay")).wait_for_log("relay started")

    def _start_dead_letters(self) -> None:
        self._start("dead-letters", *manage("consume_dead_letters")).wait_for_log("dead-letter consumer started")

    def _start(self, name: str, *command: str) -> RunningProcess:
        extra = {"LOG_FORMAT": "json", **self.environment}
        self.running[name] = self.processes.start(*command, extra_environment=extra)
        return self.running[name]

    def request(self, method: str, path: str, user: User, **headers: str) -> tuple[int, Any, Any]:
        """Status, document and headers of an answer of the API."""
        token, _is_new = Token.objects.get_or_create(user=user)
        sent = {"Authorization": f"Token {token.key}", "Content-Type": "application/json"}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        request = urllib.request.Request(f"http://{HOST}:{self.port}{path}", method=method, headers=sent)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return answer.status, json.load(answer), answer.headers
        except urllib.error.HTTPError as error:
            return error.code, json.load(error), error.headers

    def lines(self, name: str, **fields: Any) -> list[dict[str, Any]]:
        """The log lines of a process that have these fields. Fails where a line is no object."""
        log = self.running[name].log.replace(CELERYS_OWN, "")
        found = [json.loads(line) for line in log.splitlines() if line]
        return [line for line in found if fields.items() <= line.items()]

    def stop(self) -> None:
        """All of them in good order and at once, so that they send what they have."""
        for process in self.running.values():
            process.signal(signal.SIGTERM)
        assert [process.wait() for process in self.running.values()] == [0] * len(self.running)
