"""docs/broker-traps.md names tests that exist."""

import re

from tests.processes import BACKEND

PAGE = BACKEND.parent / "docs" / "broker-traps.md"
TESTS = BACKEND / "tests"


def test_every_trap_names_a_test_that_exists() -> None:
    rows = [line for line in PAGE.read_text().splitlines() if line.startswith("| ") and "::" in line]
    traps = [line for line in PAGE.read_text().splitlines() if line.startswith("| ") and not line.startswith("| they ")]
    assert rows == traps  # each of them names one
    named = [name for row in rows for name in re.findall(r"`(\S+\.py)::(\w+)`", row)]
    assert len(named) >= len(rows) > 30
    for file, test in named:
        path = TESTS / (file if "/" in file else f"integration/delivery/{file}")
        assert re.search(rf"^def {test}\(", path.read_text(), re.MULTILINE), f"{file}::{test}"
