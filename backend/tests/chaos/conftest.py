"""Fixtures of the suites under faults."""

from collections.abc import Callable

import pytest


@pytest.fixture
def say(request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]) -> Callable[[str], None]:
    """Writes a line to the terminal, also when the test passes."""
    reporter = request.config.pluginmanager.getplugin("terminalreporter")

    def write(line: str) -> None:
        with capsys.disabled():
            reporter.write_line(line)

    return write
