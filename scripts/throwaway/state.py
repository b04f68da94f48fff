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
class NodePorts:
    """Where one node of the broker listens."""

    amqp: int
    management: int
    distribution: int
    # With the certificate of throwaway.certificates; of processes alone.
    amqp_tls: int
    management_tls: int


@dataclass(frozen=True)
class State:
    """Directory, ports and passwords of one pair of services."""

    directory: Path
    mode: Mode
    durable: bool
    password: str
    database_port: int
    epmd_port: int
    nodes: tuple[NodePorts, ...]

    @classmethod
    def create(cls, mode: Mode, *, durable: bool, nodes: int) -> Self:
        """A new directory with free ports, for so many nodes of the broker."""
        directory = Path(tempfile.mkdtemp(prefix="placar-services-"))
        directory.chmod(0o711)  # the services' own users must be able to pass; what is inside is closed by itself
        database_port, epmd_port, *ports = _free_ports(2 + 5 * nodes)
        of_nodes = tuple(NodePorts(*ports[start : start + 5]) for start in range(0, len(ports), 5))
        state = cls(directory, mode, durable, secrets.token_hex(16), database_port, epmd_port, of_nodes)
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
        nodes = tuple(NodePorts(**ports) for ports in fields["nodes"])
        return cls(**fields | {"directory": Path(directory), "nodes": nodes})

    def environment(self) -> dict[str, str]:
        """The variables by which a command finds the services. Addresses of several nodes stand behind one another."""
        return {
            DIRECTORY_VARIABLE: str(self.directory),
            "DATABASE_URL": f"postgres://{NAME}:{self.password}@{LOOPBACK}:{self.database_port}/{NAME}",
            "CELERY_BROKER_URL": ";".join(f"amqp://guest:guest@{LOOPBACK}:{node.amqp}/{NAME}" for node in self.nodes),
            "BROKER_MANAGEMENT_URL": ";".join(
                f"http://guest:guest@{LOOPBACK}:{node.management}" for node in self.nodes
            ),
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
