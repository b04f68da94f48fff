"""The same on SQLite, the database of the embedded mode."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent


@pytest.mark.parametrize(
    "modules",
    [
        "test_outbox.py",
        "test_holds.py test_hold_records.py",
        "test_firing.py test_firing_broken.py",
        "test_results.py test_accounts.py test_retention.py test_metrics.py",
    ],
)
def test_it_does_the_same_on_sqlite(tmp_path: Path, modules: str) -> None:
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        *(str(HERE / module) for module in modules.split()),
    ]
    run = subprocess.run(
        command,
        cwd=HERE,
        env=os.environ | {"DATABASE_URL": f"sqlite:///{tmp_path / 'outbox.sqlite3'}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout
    assert " passed" in run.stdout
