#!/usr/bin/env python3
"""Mutation testing of backend/guardrails with mutmut: which small changes of it does no test see?

    scripts/mutants.py [NAME...]

Names are mutmut's, in which `*` stands for any text, as in `guardrails.rules.sends.*`; without any it is all of them,
and nothing of an earlier run counts. Prints each change that survives, then how many do; ends with 1 if too many do.
"""

import os
import resource
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PLACE = ROOT / "var" / "mutants"
ENVIRONMENT = PLACE / "venv"
TREE = PLACE / "tree"
# Of the mutants that mypy accepts. All of them had to be killed by a test, had nobody a type checker.
LIMIT = 0.05
GIGABYTE = 2**30


def main(*names: str) -> int:
    """Returns the exit code."""
    lay_out(anew=not names)
    # A mutant may well turn a loop into one that fills the memory.
    resource.setrlimit(resource.RLIMIT_AS, (4 * GIGABYTE, 4 * GIGABYTE))
    if subprocess.run(mutmut("run", *names), cwd=TREE, env=environment(), check=False).returncode:
        return 1
    outcomes = dict(outcomes_of(names or ("*",)))
    alive = [name for name, outcome in outcomes.items() if outcome not in ("killed", "timeout", "caught by type check")]
    for name in alive:
        print(f"\n{name}: {outcomes[name]}\n{change(name)}")
    return tell(Counter(outcomes.values()), len(alive))


def outcomes_of(patterns: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """What became of each mutant that was asked for, by its name."""
    for line in output("results", "--all", "true").splitlines():
        name, _, outcome = line.strip().partition(": ")
        if any(fnmatchcase(name, pattern) for pattern in patterns):
            yield name, outcome


def lay_out(*, anew: bool) -> None:
    """Lay the project out as mutmut wants it: what to change beside a folder `mutants`, in which the tests run."""
    if anew:
        shutil.rmtree(TREE, ignore_errors=True)
    listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    for name in subprocess.check_output(listed, cwd=ROOT, text=True).split("\0"):
        if (ROOT / name).is_file():
            target = TREE / place(name)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target)
    if not (TREE / "backend").exists():
        (TREE / "backend").symlink_to("mutants")


def place(name: str) -> str:
    inner = name.removeprefix("backend/")
    return inner if inner == name or inner.startswith("guardrails/") else f"mutants/{inner}"


def mutmut(*arguments: str) -> list[str]:
    return [str(ENVIRONMENT / "bin" / "mutmut"), *arguments]


def environment() -> dict[str, str]:
    # mutmut starts mypy as `python`.
    return {**os.environ, "PATH": f"{ENVIRONMENT / 'bin'}{os.pathsep}{os.environ['PATH']}"}


def output(*arguments: str) -> str:
    return subprocess.check_output(mutmut(*arguments), cwd=TREE, env=environment(), text=True)


def change(name: str) -> str:
    """The lines that differ, without the names of the files."""
    lines = output("show", name).splitlines()
    return "\n".join(line for line in lines if line.startswith(("-", "+")) and not line.startswith(("---", "+++")))


def tell(outcomes: Counter[str], alive: int) -> int:
    count = outcomes.total()
    typed = outcomes["caught by type check"]
    share = alive / max(count - typed, 1)
    print(
        f"\n{count} mutants: mypy refuses {typed}, tests see {count - typed - alive}, {alive} survive:"
        f" {alive / count:.1%} of all, {share:.1%} of those that mypy accepts"
    )
    return int(share >= LIMIT)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
