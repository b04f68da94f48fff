"""Of several runs side by side (scripts/lanes.py) this one runs the files that it is the first to claim.

Shares that are settled beforehand would be of very different length: how long a file takes is known only afterwards.
"""

import os
from collections.abc import Iterator
from itertools import chain, groupby, pairwise
from pathlib import Path

import pytest

# Taken out of the environment: a pytest that a test starts runs all that it is told to.
DIRECTORY = os.environ.pop("PLACAR_LANES_DIR", None)


def pytest_runtestloop(session: pytest.Session) -> bool | None:
    """In place of pytest's own loop, as which it does the same with fewer tests."""
    if DIRECTORY is None or session.testsfailed:
        return None
    # pytest takes down what the next test does not need. So the next file is claimed before the last test of this one.
    for item, next_item in pairwise(chain(claimed(session.items, Path(DIRECTORY)), [None])):
        assert item is not None
        session.config.hook.pytest_runtest_protocol(item=item, nextitem=next_item)
        if session.shouldfail:
            raise session.Failed(session.shouldfail)
        if session.shouldstop:
            raise session.Interrupted(session.shouldstop)
    return True


def claimed(items: list[pytest.Item], directory: Path) -> Iterator[pytest.Item | None]:
    """The tests of each file that no other run has claimed."""
    for number, (_, tests) in enumerate(groupby(items, key=lambda item: item.path)):
        try:
            (directory / str(number)).touch(exist_ok=False)
        except FileExistsError:
            continue
        yield from tests
