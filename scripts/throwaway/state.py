"""What must be known to control the services from any process: a small JSON file in their directory."""

import json
import os
import secrets
import socket
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal, Self

from throwaway.errors import ServiceError

DIRECTORY_VARIABLE = "PLACAR_SERVICES_DIR"
NAME = "placar"  # of the database, its user and the virtual host
LOOPBACK = "127.0.0.1"

Mode = Literal["processes", "docker"]


@dataclass(frozen=True)
class State:
    """Directory, ports and passwords of one pair of services."""

    directory: Path
    mode: Mode
    durable: bool
    password: str
    database_port: int
    broker_port: int
    management_port: int
    distribution_port: int
    epmd_port: int

    @classmethod
    def create(cls, mode: Mode, *, durable: bool) -> Self:
        """A new directory with free ports."""
        directory = Path(tempfile.mkdtemp(prefix="placar-services-"))
        directory.chmod(0o711)  # the services' own users must be able to pass; what is inside is closed by itself
        state = cls(directory, mode, durable, secrets.token_hex(16), *_free_ports(5))
        file = directory / "state.json"
        file.touch(mode=0o600)
        file.write_text(json.dumps(asdict(state) | {"directory": str(directory)}))
        return state

    @classmethod
    def load(cls, directory: str) -> Self:
        """The state of services that run already."""
        try:
            fields = json.loads((Path(directory) / "state.json").read_text())
        except OSError as error:
            raise ServiceError(f"no private services in {directory}: {error.strerror}") from error
        return cls(**fields | {"directory": Path(directory)})

    def environment(self) -> dict[str, str]:
        """The variables by which a command finds the services."""
        return {
            DIRECTORY_VARIABLE: str(self.directory),
            "DATABASE_URL": f"postgres://{NAME}:{self.password}@{LOOPBACK}:{self.database_port}/{NAME}",
            "CELERY_BROKER_URL": f"amqp://guest:guest@{LOOPBACK}:{self.broker_port}/{NAME}",
            "BROKER_MANAGEMENT_URL": f"http://guest:guest@{LOOPBACK}:{self.management_port}",
        }


def _free_ports(count: int) -> list[int]:
    # Below the range from which the kernel takes the ports of outgoing connections. In that range another program can
    # take the port of a stopped service, and a client that keeps trying it can even connect to itself.
    # Each process begins elsewhere: two that start at the same moment would find the same ones free.
    ports: list[int] = []
    port = 20_000 + os.getpid() * count % 12_000
    while len(ports) < count:
        if _is_free(port):
            ports.append(port)
        port += 1
    return ports


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True
