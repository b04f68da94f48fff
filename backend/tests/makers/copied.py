"""A copy of the whole project, in which an app and tasks are made."""

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]


def copy_whole_project(to: Path) -> Path:
    """What git has of it, as it is on disk; a repository of its own, with the tools of this one."""
    listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listed, cwd=ROOT, check=True, capture_output=True, text=True).stdout.split("\0")
    for name in filter(None, names):
        target = to / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / name).exists():
            shutil.copy2(ROOT / name, target, follow_symlinks=False)
    (to / ".venv").symlink_to(Path(sys.executable).parents[1])
    for command in (["init", "--quiet"], ["add", "--all"]):
        subprocess.run(["git", *command], cwd=to, check=True)
    return to


def run(root: Path, *command: str, folder: str = "backend") -> str:
    """Run a command in the copy; gives what it wrote, and fails with that if it fails."""
    done = subprocess.run(
        command,
        cwd=root / folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}"
    return done.stdout


def manage(root: Path, *arguments: str) -> str:
    return run(root, sys.executable, "manage.py", *arguments)
