"""A deployment by Docker Compose of its own: it disturbs no other one on this machine, and leaves nothing behind."""

import json
import os
import shlex
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from composed.report import CheckFailed, complain

# Another command that understands what `docker compose` does, such as `podman compose`.
COMPOSE = shlex.split(os.environ.get("PLACAR_COMPOSE", "docker compose"))
PATIENCE_SECONDS = 1200


def is_there() -> str | None:
    """None where Docker Compose answers, else why it does not."""
    try:
        done = subprocess.run([*COMPOSE, "ls"], capture_output=True, text=True, timeout=120, check=False)
    except OSError as error:
        return f"{COMPOSE[0]}: {error.strerror}"
    return None if done.returncode == 0 else f"{shlex.join(COMPOSE)}: {done.stderr.strip()}"


class Deployment:
    """The Compose files of a directory, under a project name of their own."""

    def __init__(self, name: str, directory: Path, files: Sequence[str], environment: Mapping[str, str]) -> None:
        self.directory = directory
        self._files = [part for file in files for part in ("-f", file)]
        self._name = f"placar-check-{name}"
        self._environment = {**os.environ, **environment}

    def run(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """`docker compose ARGUMENTS`. Raises CheckFailed when it fails, unless told not to."""
        done = subprocess.run(
            [*COMPOSE, "-p", self._name, *self._files, *arguments],
            cwd=self.directory,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=PATIENCE_SECONDS,
            check=False,
        )
        if check and done.returncode:
            raise CheckFailed(f"docker compose {shlex.join(arguments)}: {done.stdout[-2000:]}{done.stderr[-4000:]}")
        return done

    def build(self) -> None:
        self.run("build")

    def up(self) -> None:
        """Returns when every service is healthy, or done."""
        self.run("up", "--detach", "--wait", "--wait-timeout", "600")

    def down(self) -> None:
        """All of it, with its data."""
        self.run("down", "--volumes", "--remove-orphans", "--timeout", "20", check=False)

    def execute(self, service: str, *command: str, index: int = 1, **environment: str) -> str:
        """In a running container; what it wrote to its output."""
        variables = [part for name, value in environment.items() for part in ("-e", f"{name}={value}")]
        return self.run("exec", "-T", "--index", str(index), *variables, service, *command).stdout

    def fails(self, service: str, *command: str) -> bool:
        """Whether the command fails in a running container."""
        return self.run("exec", "-T", service, *command, check=False).returncode != 0

    def containers(self) -> list[dict[str, Any]]:
        """Each with Service, Name, State, Health, ExitCode and Publishers; those that have ended as well."""
        return [json.loads(line) for line in self.run("ps", "--all", "--format", "json").stdout.splitlines()]

    def complain(self) -> None:
        """What a person needs to see what went wrong."""
        complain(self.run("ps", "--all", check=False).stdout)
        complain(self.run("logs", "--no-color", "--tail", "15", check=False).stdout)
