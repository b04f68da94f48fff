"""Asks for the chains, one request after the other, each until it is answered: as a client that loses nothing."""

import http.client
import threading
import time

from tests.chaos.workload import MEAN_LENGTH, is_refused, length_of

HOST = "127.0.0.1"
# More than a stopped worker or a database that restarts keeps a request waiting.
TIMEOUT = 30.0
RETRY_SECONDS = 0.2


class Client:
    """Begins chains at an even pace until enough tasks were asked for and `enough` is called."""

    def __init__(self, port: int, *, tasks: int, per_second: float) -> None:
        self._port = port
        self._tasks = tasks
        self._pause = MEAN_LENGTH / per_second
        self._is_enough = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._connection: http.client.HTTPConnection | None = None
        self.chains: list[int] = []  # taken by the web server
        self.asked = 0  # tasks in them
        self.tries = 0
        self.seconds: list[float] = []  # that each answer took

    def start(self) -> None:
        self._thread.start()

    @property
    def has_ended(self) -> bool:
        return not self._thread.is_alive()

    def enough(self) -> None:
        """End as soon as so many tasks as were wanted have been asked for."""
        self._is_enough.set()

    def _run(self) -> None:
        started = time.monotonic()
        chain = 0
        while not (self._is_enough.is_set() and self.asked >= self._tasks):
            chain += 1
            time.sleep(max(0.0, started + chain * self._pause - time.monotonic()))
            expected = 422 if is_refused(chain) else 201
            while self._ask(chain) != expected:
                time.sleep(RETRY_SECONDS)
            if not is_refused(chain):
                self.chains.append(chain)
                self.asked += length_of(chain)

    def _ask(self, chain: int) -> int | None:
        """Returns the status of the answer; None if there was none."""
        self.tries += 1
        began = time.monotonic()
        try:
            if self._connection is None:
                self._connection = http.client.HTTPConnection(HOST, self._port, timeout=TIMEOUT)
            self._connection.request("POST", f"/chains/{chain}")
            answer = self._connection.getresponse()
            answer.read()
        except (OSError, http.client.HTTPException):
            self._connection = None
            return None
        self.seconds.append(time.monotonic() - began)
        return answer.status
