"""Puts the two services together, as processes or as containers, and finds them again from another process."""

import os
from dataclasses import dataclass
from typing import Protocol

from throwaway.cluster import Cluster
from throwaway.containers import broker_container, database_container
from throwaway.errors import ServiceError
from throwaway.postgresql import Database
from throwaway.state import DIRECTORY_VARIABLE, Mode, State


class Service(Protocol):
    """What both kinds of either service can do. Every method may be repeated; `start` returns when it is ready."""

    def create(self) -> None:
        """Prepares an empty service, not started."""

    def start(self) -> None: ...
    def stop(self) -> None: ...
    def kill(self) -> None: ...

    def lose(self) -> None:
        """Kills it, and its data is gone: the next start is that of an empty one."""

    def destroy(self) -> None:
        """Ends every process of it, quickly; its data may be lost."""


class DatabaseService(Service, Protocol):
    """A PostgreSQL."""

    def abort(self) -> None: ...


class NodeService(Service, Protocol):
    """One node of the broker, or all of them. It can also be halted without its clients noticing that it is gone."""

    def freeze(self) -> None: ...
    def thaw(self) -> None: ...
    def alarm(self) -> None: ...
    def calm(self) -> None: ...


class BrokerService(NodeService, Protocol):
    """All nodes of a RabbitMQ."""

    def node(self, number: int) -> NodeService:
        """One of them, counted from 1."""


@dataclass(frozen=True)
class Services:
    """A PostgreSQL and a RabbitMQ with the state that describes them."""

    state: State
    broker: BrokerService
    database: DatabaseService

    def start(self) -> None:
        """Creates and starts both."""
        for service in (self.database, self.broker):
            service.create()
            service.start()

    def destroy(self) -> None:
        """Ends both, whatever state they are in."""
        self.broker.destroy()
        self.database.destroy()


def create(mode: Mode, *, durable: bool, nodes: int) -> Services:
    """A new pair with a directory of its own, not started yet."""
    return _assemble(State.create(mode, durable=durable, nodes=nodes))


def open_existing() -> Services:
    """The pair that the surrounding `run` started."""
    directory = os.environ.get(DIRECTORY_VARIABLE)
    if not directory:
        raise ServiceError(
            f"{DIRECTORY_VARIABLE} is not set: this works inside of `private_services.py run -- COMMAND`"
        )
    return _assemble(State.load(directory))


def _assemble(state: State) -> Services:
    if state.mode == "docker":
        return Services(state, broker_container(state), database_container(state))
    return Services(state, Cluster(state), Database(state))
