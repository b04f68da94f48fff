"""`manage.py run`: the whole product in one terminal, started, watched and ended together."""

import logging
import os
import signal
import socket
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from types import FrameType

from django.conf import settings

from delivery.children import Child

logger = logging.getLogger(__name__)

HOST = "127.0.0.1"
WEB_THREADS = 8
LOOK_SECONDS = 0.1
# A running task may finish; then the rest is killed. It is sent again at the next start.
END_SECONDS = 20.0


class PortTaken(Exception):
    """Something else listens where the web server should."""


class Supervisor:
    """Starts its children, starts again those that die, and ends them all on SIGTERM or Ctrl-C."""

    def __init__(self, children: Sequence[Child]) -> None:
        self._children = children
        self._stop = threading.Event()
        self._hurry = False

    def run(self, until_ready: Callable[[], bool], when_ready: Callable[[], None]) -> None:
        """Returns when everything has ended. `when_ready` is called once, after `until_ready` is true."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._on_signal)
        is_ready = False
        while not self._stop.wait(LOOK_SECONDS):
            for child in self._children:
                child.look_after()
            if not is_ready and until_ready():
                is_ready = True
                when_ready()
        self._end()

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        """The second one does not wait for running tasks."""
        self._hurry = self._stop.is_set()
        self._stop.set()

    def _end(self) -> None:
        for child in self._children:
            child.ask_to_end()
        deadline = time.monotonic() + END_SECONDS
        while not all(child.has_ended() for child in self._children):
            if self._hurry or time.monotonic() > deadline:
                break
            time.sleep(LOOK_SECONDS)
        for child in self._children:
            child.kill()


def make_children(port: int, *, demo: bool) -> list[Child]:
    """The embedded worker, the web server, and, with `demo`, what publishes the demo once it has been ranked."""
    # A line for each task would bury the address and the login: only what goes wrong is said, unless LOG_LEVEL is set.
    environment = (
        {"LOG_LEVEL": "WARNING"} | os.environ | {"CELERY_BROKER_URL": "memory://localhost/", "PYTHONUNBUFFERED": "1"}
    )
    manage = [sys.executable, "manage.py"]
    children = [
        Child("worker", [*manage, "run_worker"], environment),
        Child("web", web_command(port), environment),
    ]
    if demo:
        children.append(Child("demo", [*manage, "seed_demo", "--publish"], environment, once=True))
    return children


def web_command(port: int) -> list[str]:
    """Gunicorn with threads: one process is enough on one machine, and it shares the database well."""
    application = settings.WSGI_APPLICATION.rpartition(".")
    return [
        *(sys.executable, "-m", "gunicorn", f"{application[0]}:{application[2]}"),
        *("--bind", f"{HOST}:{port}", "--worker-class", "gthread", "--threads", str(WEB_THREADS)),
        *("--log-level", "warning"),
    ]


def address(port: int) -> str:
    """Where the web server is reached."""
    return f"http://{HOST}:{port}"


def require_free_port(port: int) -> None:
    """Raise PortTaken if something listens there."""
    with socket.socket() as probe:
        # As the web server does: a port that was in use a moment ago is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise PortTaken(
                f"port {port} cannot be used ({error.strerror}); take another: make run PORT=8123"
            ) from None


def answers(port: int) -> bool:
    """Whether the web server answers."""
    try:
        with urllib.request.urlopen(address(port), timeout=1):  # noqa: S310 (the address is ours)
            return True
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
