#!/usr/bin/env python3
"""Mutation testing of backend/guardrails: which small changes of it does no test see?

    scripts/mutate_guardrails.py [MODULE...]

A module is named by its path in backend/guardrails, as in `scope.py` or `rules/sends.py`; without any it is all of
them. Prints each mutant that survives, then a line for each module.
"""

import os
import sys
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from mutants.mutant import left_out, mutants
from mutants.session import Session

BACKEND = Path(__file__).resolve().parents[1] / "backend"
PACKAGE = BACKEND / "guardrails"
# It holds nothing but the call of what the tests call themselves.
UNTESTED = PACKAGE / "__main__.py"


def main(*names: str) -> int:
    """Returns the exit code."""
    paths = [PACKAGE / name for name in names] or sorted(PACKAGE.rglob("*.py"))
    with tempfile.TemporaryDirectory() as scratch:
        os.chdir(BACKEND.parent)
        tests = BACKEND / "tests" / "unit" / "guardrails"
        return Session(PACKAGE, tests, Path(scratch), partial(_measure, paths)).run()


def _measure(paths: list[Path], session: Session) -> None:
    all_of_them, survivors = 0, 0
    for path in paths:
        if path != UNTESTED:
            alive = list(_survivors(path, session))
            count = sum(1 for _ in mutants(path))
            all_of_them, survivors = all_of_them + count, survivors + len(alive)
            print(f"{path.relative_to(PACKAGE)}: {len(alive)} of {count} survive", flush=True)
    unions = sum(left_out(path) for path in paths)
    print(f"{survivors} of {all_of_them} survive; {unions} unions of types are left as they are", flush=True)


def _survivors(path: Path, session: Session) -> Iterator[str]:
    for mutant in mutants(path):
        killer = session.killer(mutant)
        if not killer:
            print(f"survives: {mutant}", flush=True)
            yield str(mutant)
        if log := os.environ.get("MUTANTS_LOG"):
            with open(log, "a") as f:
                f.write(f"{mutant} [{mutant.function}] by {killer}\n")


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
