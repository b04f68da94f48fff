#!/usr/bin/env python3
"""Mutation testing of backend/guardrails: which small changes of it does no test see?

    scripts/mutate_guardrails.py [MODULE...]

A module is named by its path in backend/guardrails, as in `scope.py` or `rules/sends.py`; without any it is all of
them. Prints each mutant that survives, then a line for each module.
"""

import os
import sys
import tempfile
from functools import partial
from pathlib import Path

from mutants.mutant import Mutant, left_out, mutants
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
    count = alive = 0
    for path in paths:
        if path != UNTESTED:
            its = list(mutants(path))
            survivors = sum(map(partial(_survives, session), its))
            print(f"{path.relative_to(PACKAGE)}: {survivors} of {len(its)} survive", flush=True)
            count, alive = count + len(its), alive + survivors
    unions = sum(map(left_out, paths))
    print(f"{alive} of {count} survive; {unions} unions of types were left as they are", flush=True)


def _survives(session: Session, mutant: Mutant) -> bool:
    if session.killer(mutant):
        return False
    print(f"survives: {mutant}", flush=True)
    return True


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
