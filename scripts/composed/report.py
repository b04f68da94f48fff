"""What the check says while it works."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

STARTED = time.monotonic()


class CheckFailed(Exception):
    """Something is not as it should be; the text says what."""


@contextmanager
def step(text: str) -> Iterator[None]:
    """A line with how long it took, once it has been done."""
    began = time.monotonic()
    try:
        yield
    except BaseException:
        say(f"FAILED  {text}")
        raise
    say(f"{time.monotonic() - began:6.1f} s  {text}")


def say(text: str) -> None:
    print(f"[{time.monotonic() - STARTED:5.0f} s] {text}", flush=True)


def wait_until(condition: Callable[[], object], what: str, *, seconds: float = 180) -> None:
    """Raises CheckFailed when it never comes."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise CheckFailed(f"still not so after {seconds:.0f} s: {what}")
        time.sleep(1)


def must(condition: object, what: str) -> None:
    """Raises CheckFailed unless it holds."""
    if not condition:
        raise CheckFailed(what)


def complain(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
