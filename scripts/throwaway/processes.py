"""Processes that outlive the program that started them: known by a file with their id, run without privileges."""

import ctypes
import os
import pwd
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from throwaway.errors import ServiceError

START_SECONDS = 120.0
STOP_SECONDS = 30.0
PR_SET_CHILD_SUBREAPER = 36  # prctl(2); Python has no name for it


def unprivileged(preferred: str) -> pwd.struct_passwd:
    """The user that a service runs as: ourselves, or from root the first that exists of `preferred` and nobody."""
    if os.getuid() != 0:
        return pwd.getpwuid(os.getuid())
    try:
        return pwd.getpwnam(preferred)
    except KeyError:
        return pwd.getpwnam("nobody")


def private_directory(path: Path, owner: pwd.struct_passwd) -> None:
    """Makes a directory that only its owner can read."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.chown(path, owner.pw_uid, owner.pw_gid)


def spawn(command: Sequence[str], *, user: pwd.struct_passwd, home: Path, env: Mapping[str, str], log: Path) -> int:
    """Starts a process in a session of its own, so that Ctrl-C does not reach it; returns its id."""
    with log.open("ab") as output:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            cwd=home,
            env=_environment(home) | dict(env),
            start_new_session=True,
            **_identity(user),
        )
    return process.pid


def run(
    command: Sequence[str], *, user: pwd.struct_passwd, home: Path, env: Mapping[str, str], log: Path, stdin: bytes
) -> None:
    """Runs a command of a service to its end; the end of the log is in the error when it fails."""
    with log.open("ab") as output:
        result = subprocess.run(
            command,
            input=stdin,
            stdout=output,
            stderr=output,
            cwd=home,
            env=_environment(home) | dict(env),
            check=False,
            start_new_session=True,
            **_identity(user),
        )
    if result.returncode != 0:
        raise ServiceError(f"{Path(command[0]).name} ended with code {result.returncode}\n{tail(log)}")


def _identity(user: pwd.struct_passwd) -> dict[str, Any]:
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []} if os.getuid() == 0 else {}


def _environment(home: Path) -> dict[str, str]:
    # Small and known. C.UTF-8 is there on every Debian, other locales may not be.
    return {"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": str(home), "LC_ALL": "C.UTF-8"}


def read_pid(file: Path) -> int | None:
    """The id in the first line of a file, None when there is none (yet)."""
    try:
        return int(file.read_text().splitlines()[0])
    except (OSError, ValueError, IndexError):
        return None


def is_alive(pid: int | None, name: str) -> bool:
    """Whether the process exists under that name; a dead one that nobody has waited for does not count."""
    status = _status(pid) if pid else None
    return status is not None and status[0] == name and status[1] not in "ZX"


def children(pid: int) -> list[int]:
    """The ids of a process's direct children."""
    ids = [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]
    return [child for child in ids if (status := _status(child)) and status[2] == pid]


def _status(pid: int) -> tuple[str, str, int] | None:
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    name, _, rest = text.partition("(")[2].rpartition(")")
    state, parent = rest.split()[:2]
    return name, state, int(parent)


def send(pid: int | None, number: signal.Signals) -> None:
    """Sends a signal; a process that has gone meanwhile is no error."""
    if pid:
        with suppress(ProcessLookupError):
            os.kill(pid, number)


def adopt_orphans() -> None:
    """Makes this process the parent of every descendant whose own parent ends, so that none of them can get away."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def wait_for(pid: int) -> int:
    """Waits for one child and buries all others on the way; returns its exit code, negative for a signal."""
    while True:
        ended, status = os.wait()
        if ended == pid:
            return os.waitstatus_to_exitcode(status)


def kill_children() -> None:
    """Kills what is left below this process, which with adopted orphans is everything that it ever started."""
    if sys.platform != "linux":
        return
    with suppress(ChildProcessError):
        while True:
            for pid in children(os.getpid()):
                send(pid, signal.SIGKILL)
            os.wait()


def wait_until(condition: Callable[[], bool], *, seconds: float) -> bool:
    """Asks again every twentieth of a second; False when the time is over."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def tail(log: Path, lines: int = 20) -> str:
    """The end of a log, for an error message."""
    try:
        return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])
    except OSError:
        return ""
