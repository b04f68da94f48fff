"""Fixtures of the suites under faults."""

from collections.abc import Callable

import pytest

# So that a check that fails says what is different.
pytest.register_assert_rewrite("tests.chaos.checks")


@pytest.fixture
def say(request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]) -> Callable[[str], None]:
    """Writes a line to the terminal, also when the test passes."""
    reporter = request.config.pluginmanager.getplugin("terminalreporter")

    def write(line: str) -> None:
        with capsys.disabled():
            reporter.write_line(line)

    return write
