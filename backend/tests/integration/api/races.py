"""Requests at the same moment."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from django.db import connection

CLIENTS = 8


def at_once(request: Callable[[int], Any]) -> list[Any]:
    """The answers to as many requests as there are clients, sent together, each on its own connection."""
    barrier = Barrier(CLIENTS)

    def send(number: int) -> Any:
        try:
            barrier.wait(timeout=30)
            return request(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(CLIENTS) as threads:
        return list(threads.map(send, range(CLIENTS)))
