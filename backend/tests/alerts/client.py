"""Asks for work, whatever becomes of the answers: a fault that lasts must not end it."""

import http.client
import threading
from contextlib import suppress
from itertools import count

from tests.web_server import HOST

PAUSE_SECONDS = 0.7


class Client(threading.Thread):
    """A request every so often until stopped."""

    def __init__(self, port: int) -> None:
        super().__init__(daemon=True)
        self._port = port
        self._stopping = threading.Event()

    def run(self) -> None:
        for number in count(1):
            if self._stopping.wait(PAUSE_SECONDS):
                return
            connection = http.client.HTTPConnection(HOST, self._port, timeout=5)
            with suppress(OSError, http.client.HTTPException):
                connection.request("POST", f"/chains/{number}")
                connection.getresponse().read()
            connection.close()

    def stop(self) -> None:
        self._stopping.set()
        self.join()
