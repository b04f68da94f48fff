"""The parts of this project that the makers change, in a copy."""

import shutil
from pathlib import Path

ROOT = Path(__file__).parents[4]
CHANGED = (
    "pyproject.toml",
    "docker-compose.prod.yml",
    "docker-compose.cluster.yml",
    "backend/message_contracts.json",
    "docs/kubernetes.md",
)
FOLDERS = ("backend/apps", "backend/config", "deploy/kubernetes", "docs/runbook")
LEFT_OUT = shutil.ignore_patterns("__pycache__", "static", "templates", "locale", "migrations", ".*")


def copy_parts(to: Path) -> Path:
    for name in FOLDERS:
        shutil.copytree(ROOT / name, to / name, ignore=LEFT_OUT)
    for name in CHANGED:
        shutil.copy(ROOT / name, to / name)
    return to


def contents(root: Path) -> dict[str, bytes]:
    """Every file and what is in it; folders as such."""
    return {
        str(path.relative_to(root)): path.read_bytes() if path.is_file() else b"" for path in sorted(root.rglob("*"))
    }
