"""The same on SQLite, the database of the embedded mode. In one run, as the migrations take the most of it."""

import os
import subprocess
import sys
from pathlib import Path

TESTS = Path(__file__).parents[1]
MODULES = {
    "unit/delivery": "outbox holds hold_records firing firing_broken results accounts retention metrics",
    "integration/notifications": (
        "email_sending email_refusals webhook_channel webhook_api preview settings real_texts"
    ),
}


def test_they_do_the_same_on_sqlite(tmp_path: Path) -> None:
    files = [str(TESTS / folder / f"test_{name}.py") for folder, names in MODULES.items() for name in names.split()]
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-k", "not one-by-one", *files],
        cwd=TESTS,
        env=os.environ | {"DATABASE_URL": f"sqlite:///{tmp_path / 'placar.sqlite3'}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout
    assert " passed" in run.stdout
