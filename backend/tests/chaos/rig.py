"""All that a run needs: the processes, the client, and the proxy between them and the broker."""

import os
import re
import socket
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from random import Random

from tests.broker import Broker
from tests.chaos.client import Client
from tests.chaos.roles import Role, Roles, web_role
from tests.processes import Processes
from tests.web_server import HOST

# Seconds; a peer that is silent for twice as long is taken for dead.
HEARTBEAT = 4


class ProxyControl:
    """The proxy's process, and the addresses of the broker behind it."""

    def __init__(self, processes: Processes) -> None:
        self._urls = os.environ["CELERY_BROKER_URL"]
        ports = re.findall(r":(\d+)/", self._urls)
        process = processes.start(sys.executable, "-m", "tests.chaos.proxy", *ports)
        process.wait_for_log(" .\n")
        *listening, self._control = process.log.split()[1:-1]
        self.broker_url = self._urls
        for port, through in zip(ports, listening, strict=True):
            self.broker_url = self.broker_url.replace(f":{port}/", f":{through}/")

    def do(self, command: str) -> None:
        """`reset` or `delay SECONDS`."""
        with socket.create_connection((HOST, int(self._control))) as control:
            control.sendall(f"{command}\n".encode())
            assert control.recv(100) == b"done\n"


@dataclass(frozen=True, slots=True)
class Load:
    """What is done, and how much of it."""

    services: str  # the module with `begin`
    queues: Sequence[str]  # that the workers consume
    tasks: int
    per_second: float


@dataclass(frozen=True, slots=True)
class Rig:
    """What faults are done to."""

    random: Random
    broker: Broker
    proxy: ProxyControl
    roles: Roles
    client: Client
    queues: Sequence[str]


@contextmanager
def running(processes: Processes, broker: Broker, roles: Mapping[str, Role], load: Load, *, seed: int) -> Iterator[Rig]:
    """Everything started, and the client at work."""
    proxy = ProxyControl(processes)
    port = free_port()
    environment = {
        "CELERY_BROKER_URL": proxy.broker_url,
        "CELERY_BROKER_HEARTBEAT": str(HEARTBEAT),
        "CHAOS_SERVICES": load.services,
    }
    all_roles = Roles(processes, {**roles, "web": web_role(port)}, environment)
    all_roles.start_all()
    client = Client(port, tasks=load.tasks, per_second=load.per_second)
    client.start()
    yield Rig(Random(seed), broker, proxy, all_roles, client, load.queues)


def free_port() -> int:
    with socket.socket() as free:
        free.bind((HOST, 0))
        port: int = free.getsockname()[1]
        return port
