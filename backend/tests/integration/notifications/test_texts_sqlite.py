"""What people read and choose on SQLite, the database of the embedded mode."""

import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent


def test_they_do_the_same_on_sqlite(tmp_path: Path) -> None:
    files = [str(HERE / name) for name in ("test_preview.py", "test_settings.py", "test_real_texts.py")]
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *files],
        cwd=HERE,
        env=os.environ | {"DATABASE_URL": f"sqlite:///{tmp_path / 'texts.sqlite3'}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout
