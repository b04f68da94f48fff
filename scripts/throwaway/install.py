"""Finds PostgreSQL and RabbitMQ on this machine, or gets them: apt-get as root, otherwise Docker."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from throwaway.errors import ServiceError
from throwaway.state import Mode

OLDEST_POSTGRESQL = 13
# Not /usr/sbin/rabbitmq-server: that one insists on root or the user rabbitmq.
RABBITMQ_SERVER = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")
RABBITMQCTL = RABBITMQ_SERVER.with_name("rabbitmqctl")
POLICY = Path("/usr/sbin/policy-rc.d")
REFUSE_ALL = "#!/bin/sh\nexit 101\n"


def postgresql_programs() -> Path:
    """The directory with initdb and pg_ctl of the newest PostgreSQL; Debian keeps them out of the PATH."""
    found = _find_postgresql()
    if found is None:
        raise ServiceError("PostgreSQL is not installed")
    return found


def _find_postgresql() -> Path | None:
    versions = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    usable = [path for path in versions if path.parent.name.isdigit() and int(path.parent.name) >= OLDEST_POSTGRESQL]
    if usable:
        return max(usable, key=lambda path: int(path.parent.name))
    elsewhere = shutil.which("initdb")
    return Path(elsewhere).resolve().parent if elsewhere else None


def missing_packages() -> list[str]:
    """The Debian packages that are not there."""
    missing = [] if RABBITMQ_SERVER.exists() else ["rabbitmq-server"]
    return missing if _find_postgresql() else [*missing, "postgresql"]


def prepare() -> Mode:
    """Sees to it that both can be started and tells how; otherwise says what to install."""
    missing = missing_packages()
    if not missing:
        return "processes"
    if os.getuid() == 0 and shutil.which("apt-get"):
        install_packages(missing)
        return "processes"
    if _docker_works():
        print(f"private_services: in Docker, because these are not installed here: {' '.join(missing)}", flush=True)
        return "docker"
    names = " ".join(missing)
    raise ServiceError(
        f"not installed here: {names}\n"
        "  The tests need a RabbitMQ and a PostgreSQL of their own. There are two ways to get them:\n"
        f"    sudo apt-get update && sudo apt-get install --no-install-recommends {names}     (Debian, Ubuntu)\n"
        "    or a Docker that this user may use: `docker info` must work.\n"
        "  Their system services need not run: a private copy of each is started and removed again.\n"
        "  `make run` works without either of them."
    )


def _docker_works() -> bool:
    if not shutil.which("docker"):
        return False
    return subprocess.run(["docker", "info"], capture_output=True, check=False).returncode == 0


def install_packages(packages: list[str], *, who: str = "private_services") -> None:
    """By apt-get, as root, without starting any service of theirs. Raises ServiceError."""
    print(f"{who}: apt-get install {' '.join(packages)} (once)", flush=True)
    install = ["apt-get", "install", "-y", "--no-install-recommends", "-o", "DPkg::Lock::Timeout=120", *packages]
    with _no_service_starts():
        if _apt(install).returncode == 0:
            return
        _apt(["apt-get", "update"])  # the package lists were missing or too old
        result = _apt(install)
    if result.returncode != 0:
        output = "\n".join(result.stdout.splitlines()[-10:])
        raise ServiceError(f"`{' '.join(install)}` failed:\n{output}")


def _apt(command: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        env=os.environ | {"DEBIAN_FRONTEND": "noninteractive"},
        check=False,
    )


@contextmanager
def _no_service_starts() -> Iterator[None]:
    # The packages would start system services on the standard ports; Debian asks this script before it does.
    kept = POLICY.with_name("policy-rc.d.kept-by-placar")
    if POLICY.exists():
        POLICY.rename(kept)
    POLICY.write_text(REFUSE_ALL)
    POLICY.chmod(0o755)
    try:
        yield
    finally:
        POLICY.unlink()
        if kept.exists():
            kept.rename(POLICY)
