"""Either service as a Docker container, for those who may not install packages."""

import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

from throwaway import processes
from throwaway.errors import ServiceError
from throwaway.postgresql import NOT_DURABLE
from throwaway.rabbitmq import MEMORY_ALARM, NO_MEMORY_ALARM, answers_amqp, listens
from throwaway.state import LOOPBACK, NAME, State


@dataclass(frozen=True)
class Container:
    """One container with a port on loopback; see `services.Service` for the methods."""

    name: str
    arguments: tuple[str, ...]
    is_ready: Callable[[], bool]

    def create(self) -> None:
        _docker("create", "--name", self.name, *self.arguments)

    def start(self) -> None:
        self.thaw()
        _docker("start", self.name)
        if not processes.wait_until(self.is_ready, seconds=processes.START_SECONDS):
            raise ServiceError(f"{self.name} is not ready\n{_docker('logs', '--tail', '20', self.name)}")

    def stop(self) -> None:
        self.thaw()
        _docker("stop", "--time", f"{processes.STOP_SECONDS:.0f}", self.name)

    def kill(self) -> None:
        if self._state() in ("running", "paused"):
            self.thaw()
            _docker("kill", self.name)

    def lose(self) -> None:
        self.destroy()
        self.create()

    def freeze(self) -> None:
        if self._state() == "running":
            _docker("pause", self.name)

    def thaw(self) -> None:
        if self._state() == "paused":
            _docker("unpause", self.name)

    def abort(self) -> None:
        if self._state() == "running":
            # What `pg_ctl stop --mode immediate` sends.
            _docker("kill", "--signal", "QUIT", self.name)
            _docker("wait", self.name)

    def destroy(self) -> None:
        _docker("rm", "--force", "--volumes", self.name, check=False)

    def _state(self) -> str:
        return _docker("inspect", "--format", "{{.State.Status}}", self.name)


class BrokerContainer(Container):
    """A container of one node; see `services.BrokerService` for the methods."""

    def node(self, number: int) -> Self:
        if number != 1:
            raise ServiceError(f"there is no node {number}")
        return self

    def alarm(self) -> None:
        _docker("exec", self.name, "rabbitmqctl", *MEMORY_ALARM)

    def calm(self) -> None:
        _docker("exec", self.name, "rabbitmqctl", *NO_MEMORY_ALARM)


def broker_container(state: State) -> BrokerContainer:
    """RabbitMQ's own image; the fixed host name keeps the node's name, and so its data, over a restart."""
    if len(state.nodes) > 1:
        raise ServiceError("a cluster of nodes needs RabbitMQ on this machine (apt-get install rabbitmq-server)")
    name, ports = f"{state.directory.name}-broker", state.nodes[0]
    arguments = ("--hostname", "broker", "--publish", f"{LOOPBACK}:{ports.amqp}:5672",
                 "--publish", f"{LOOPBACK}:{ports.management}:15672",
                 "--env", f"RABBITMQ_DEFAULT_VHOST={NAME}", "rabbitmq:3-management")  # fmt: skip
    return BrokerContainer(name, arguments, lambda: answers_amqp(ports.amqp) and listens(ports.management))


def database_container(state: State) -> Container:
    """PostgreSQL's own image."""
    name = f"{state.directory.name}-database"
    settings = {} if state.durable else NOT_DURABLE
    arguments = ("--publish", f"{LOOPBACK}:{state.database_port}:5432",
                 "--env", f"POSTGRES_USER={NAME}", "--env", f"POSTGRES_PASSWORD={state.password}", "postgres:15",
                 *(word for key, value in settings.items() for word in ("-c", f"{key}={value}")))  # fmt: skip
    # Over TCP: while the image creates the database, its server listens on the socket file only.
    probe = ("exec", name, "pg_isready", "--quiet", "--host", LOOPBACK)
    return Container(name, arguments, lambda: _run(*probe).returncode == 0)


def _docker(*arguments: str, check: bool = True) -> str:
    result = _run(*arguments)
    if check and result.returncode != 0:
        raise ServiceError(f"docker {arguments[0]}: {result.stderr.strip()}")
    return result.stdout.strip()


def _run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["docker", *arguments], capture_output=True, text=True, check=False)
