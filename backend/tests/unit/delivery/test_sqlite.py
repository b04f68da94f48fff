"""The same on SQLite, the database of the embedded mode."""

import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent


def test_outbox_and_holds_do_the_same_on_sqlite(tmp_path: Path) -> None:
    files = [str(HERE / name) for name in ("test_outbox.py", "test_holds.py")]
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *files]
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
