"""The fixture that writes to the terminal, of the suites under faults."""

from tests.chaos.conftest import say

__all__ = ["say"]
