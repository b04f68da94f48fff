"""A copy of this project, to plant violations in."""

import shutil
from pathlib import Path

ROOT = Path(__file__).parents[4]
LEFT_OUT = shutil.ignore_patterns("tests", "__pycache__", "staticfiles", "*.sqlite3*", ".*")


def copy_project(to: Path) -> Path:
    """Copy the backend without its tests, and the tools' configuration; gives the copy of backend/."""
    shutil.copy(ROOT / "pyproject.toml", to)
    return Path(shutil.copytree(ROOT / "backend", to / "backend", ignore=LEFT_OUT))


def append(path: Path, source: str) -> int:
    """Add source to the end of a file, made if it is not there; gives the number of the first line added."""
    path.parent.mkdir(parents=True, exist_ok=True)
    before = path.read_text() if path.exists() else ""
    path.write_text(before + source)
    return len(before.splitlines()) + 1
