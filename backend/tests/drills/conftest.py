"""Fixtures of the drills."""

import time
from collections.abc import Callable

import pytest

from tests.chaos.conftest import say  # noqa: F401 (a fixture)

# So that a check that fails says what is different.
pytest.register_assert_rewrite("tests.drills.scoring", "tests.drills.runbook")

Tell = Callable[[str], None]


@pytest.fixture
def tell(say: Tell) -> Tell:  # noqa: F811
    """Writes a step to the terminal with the seconds since the drill began."""
    began = time.monotonic()
    say("")

    def write(step: str) -> None:
        say(f"{time.monotonic() - began:>7.1f} s  {step}")

    return write
