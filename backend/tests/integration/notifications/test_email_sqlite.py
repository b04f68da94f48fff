"""E-mail on SQLite, the database of the embedded mode."""

import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent


def test_it_does_the_same_on_sqlite(tmp_path: Path) -> None:
    files = [str(HERE / name) for name in ("test_email_sending.py", "test_email_refusals.py")]
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-k", "not one-by-one", *files],
        cwd=HERE,
        env=os.environ | {"DATABASE_URL": f"sqlite:///{tmp_path / 'email.sqlite3'}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout
