"""The release before this one, as source: a copy of the repository's history in a directory of its own."""

import subprocess
from pathlib import Path

from tests.processes import BACKEND

ROOT = BACKEND.parent
# Until there is a release: the last state before the outbox kept where a task comes from, with other migrations.
BEFORE_THE_FIRST = "3c16c41"


def previous_release() -> str:
    """The newest tag that is not this very commit, or what stands for it."""
    tagged = _git("describe", "--tags", "--abbrev=0", "HEAD~1", check=False)
    return tagged or BEFORE_THE_FIRST


def check_out(revision: str, directory: Path) -> Path:
    """Write the files of the revision; returns its backend/. Fails where the history is not there."""
    assert _git("cat-file", "-t", revision, check=False), f"{revision} is not in this clone: needs its whole history"
    directory.mkdir()
    archive = subprocess.Popen(["git", "archive", revision], cwd=ROOT, stdout=subprocess.PIPE)
    subprocess.run(["tar", "--extract", "--directory", str(directory)], stdin=archive.stdout, check=True)
    assert archive.wait() == 0
    return directory / "backend"


def new_migrations(old: Path) -> list[str]:
    """Names of the migrations that this release has and the old one has not."""
    return sorted(
        str(path.relative_to(BACKEND))
        for path in BACKEND.glob("**/migrations/0*.py")
        if not (old / path.relative_to(BACKEND)).exists()
    )


def _git(*arguments: str, check: bool = True) -> str:
    done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=check)
    return done.stdout.strip()
