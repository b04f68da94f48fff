"""The commands of the runbook, run as an operator runs them: read from its pages, so that these cannot be wrong."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from textwrap import dedent
from types import MappingProxyType

from config.environment import PROJECT_DIR
from tests.chaos.placar import Say
from tests.processes import BACKEND, environment

PAGES = BACKEND.parent / "docs" / "runbook"


def commands_under(page: str, heading: str) -> list[str]:
    """The blocks of shell commands below a heading, one string for each."""
    text = (PAGES / f"{page}.md").read_text()
    section = re.search(rf"^## {re.escape(heading)}$(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    assert section is not None, f"no heading {heading!r} in {page}.md"
    blocks = [dedent(block) for block in re.findall(r"^ *```sh\n(.*?)^ *```$", section[1], re.MULTILINE | re.DOTALL)]
    assert blocks, f"no commands below {heading!r}"
    return blocks


def follow(
    page: str,
    heading: str,
    say: Say,
    *,
    block: int = 0,
    user: str | None = None,
    variables: Mapping[str, str] = MappingProxyType({}),
) -> str:
    """Run a block of the runbook with bash, in backend/; returns what it wrote. Fails with it.

    From root it runs as `user`, if one is given.
    """
    commands = commands_under(page, heading)[block]
    began = time.monotonic()
    if os.getuid() != 0:
        user = None
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", commands],
        cwd=BACKEND,
        env=environment() | {"PATH": programs()} | dict(variables),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        user=user,
        group=user,
        extra_groups=[] if user else None,
    )
    say(f"docs/runbook/{page}.md, {heading}: {time.monotonic() - began:.1f} s")
    for line in (*commands.strip().splitlines(), *(f"    {line}" for line in done.stdout.splitlines()[-30:])):
        say(f"    {line}")
    assert done.returncode == 0, done.stdout
    return done.stdout


def programs() -> str:
    """The PATH of an operator: this Python first, and PostgreSQL's own programs."""
    sys.path.append(str(PROJECT_DIR / "scripts"))
    from throwaway.install import postgresql_programs

    return f"{Path(sys.executable).parent}:{postgresql_programs()}:{os.environ['PATH']}"
