"""The real web server in tests: gunicorn as it is deployed, on a free port."""

import socket
import sys
from pathlib import Path

import requests

from tests.processes import Processes, RunningProcess, wait_until

HOST = "127.0.0.1"


def gunicorn(application: str, port: int, *options: str) -> tuple[str, ...]:
    """The command line of the image in backend/, with these options instead of those of config/gunicorn.py."""
    return (
        *(sys.executable, "-m", "gunicorn", application, "--config=config/gunicorn.py"),
        *(f"--bind={HOST}:{port}", *options),
    )


class WebServer:
    """gunicorn with config/gunicorn.py."""

    def __init__(self, processes: Processes, **environment: str) -> None:
        with socket.socket() as free:
            free.bind((HOST, 0))
            self.port: int = free.getsockname()[1]
        self.url = f"http://{HOST}:{self.port}"
        self.process: RunningProcess = processes.start(
            *gunicorn("config.wsgi", self.port), extra_environment=environment
        )
        wait_until(lambda: self._answers() or self.process.has_ended, "the web server")
        assert not self.process.has_ended, self.process.log

    def _answers(self) -> bool:
        try:
            return requests.get(f"{self.url}/api/v1/rules/schema", timeout=30).ok
        except requests.ConnectionError:
            return False

    def connect(self) -> socket.socket:
        """A connection on which anything can be sent."""
        return socket.create_connection((HOST, self.port), timeout=60)

    def memory(self) -> int:
        """Bytes that its processes hold in memory, all together."""
        pid = self.process.pid
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        return sum(_resident(each) for each in (str(pid), *children))


def _resident(pid: str) -> int:
    """Proportional set size: what processes share is counted once."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) * 1024
    return 0
