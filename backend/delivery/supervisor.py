"""`manage.py run`: the whole product in one terminal, started, watched and ended together."""

import logging
import os
import signal
import socket
import sys
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
    """The web server cannot listen where it should."""


class Supervisor:
    """Starts its children, starts again those that die, and ends them all on SIGTERM or Ctrl-C."""

    def __init__(self) -> None:
        """From here on a signal ends the children, also those that are yet to be started."""
        self._children: Sequence[Child] = ()
        self._signals = 0
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self._on_signal)

    def run(
        self, children: Sequence[Child], *, until_ready: Callable[[], bool], when_ready: Callable[[], None]
    ) -> bool:
        """Returns when everything has ended: whether it was told to.

        `when_ready` is called once, as soon as `until_ready` holds.
        """
        self._children = children
        is_ready = False
        while not self._signals and not any(child.is_hopeless for child in children):
            for child in children:
                child.look_after()
            if not is_ready and until_ready():
                is_ready = True
                when_ready()
            time.sleep(LOOK_SECONDS)
        self._end()
        return self._signals > 0

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        """Count it: the second one does not wait for running tasks.

        No lock and no threading.Event, for which a handler that interrupts their holder would wait for ever.
        """
        self._signals += 1

    def _end(self) -> None:
        for child in self._children:
            child.ask_to_end()
        deadline = time.monotonic() + END_SECONDS
        while not all(child.has_ended() for child in self._children):
            if self._signals > 1 or time.monotonic() > deadline:
                break
            time.sleep(LOOK_SECONDS)
        for child in self._children:
            child.kill()


def make_children(listener: socket.socket, *, demo: bool) -> list[Child]:
    """The embedded worker, the web server, and, with `demo`, what publishes the demo once it has been ranked."""
    # A line for each task would bury the address and the login: only what goes wrong is said, unless LOG_LEVEL is set.
    environment = (
        {"LOG_LEVEL": "WARNING", "SITE_URL": address(listener)}
        | os.environ
        | {"CELERY_BROKER_URL": "memory://localhost/", "PYTHONUNBUFFERED": "1"}
    )
    manage = [sys.executable, "manage.py"]
    children = [
        Child("worker", [*manage, "run_worker"], environment),
        Child("web", web_command(listener), environment, pass_fds=[listener.fileno()]),
    ]
    if demo:
        children.append(Child("demo", [*manage, "seed_demo", "--publish"], environment, once=True))
    return children


def web_command(listener: socket.socket) -> list[str]:
    """Gunicorn with threads: one process is enough on one machine, and it shares the database well."""
    application = settings.WSGI_APPLICATION.rpartition(".")
    return [
        *(sys.executable, "-m", "gunicorn", f"{application[0]}:{application[2]}"),
        *("--bind", f"fd://{listener.fileno()}", "--worker-class", "gthread", "--threads", str(WEB_THREADS)),
        *("--log-level", "warning"),
    ]


def listen(port: int) -> socket.socket:
    """The web server's socket. Raises PortTaken.

    It is the supervisor's: while a web server that has died is started again, who connects waits and is not refused.
    """
    try:
        return socket.create_server((HOST, port), backlog=128)
    except OSError as error:
        reason = os.strerror(error.errno or 0)
        raise PortTaken(f"port {port} cannot be used ({reason}); take another: make run PORT={port + 1}") from None


def address(listener: socket.socket) -> str:
    """Where the web server is reached."""
    return f"http://{HOST}:{listener.getsockname()[1]}"


def answers(url: str) -> bool:
    """Whether the web server answers."""
    try:
        with urllib.request.urlopen(url, timeout=1):  # noqa: S310 (the address is ours)
            return True
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
