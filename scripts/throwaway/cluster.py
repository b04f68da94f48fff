"""All nodes of a RabbitMQ, one or several, and the Erlang port mapper (epmd) by which they find one another."""

import shutil
import signal

from throwaway import processes
from throwaway.errors import ServiceError
from throwaway.rabbitmq import Node
from throwaway.state import LOOPBACK, State


class Cluster:
    """See `services.BrokerService` for the methods; each is done to all nodes."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._home = state.directory / "port-mapper"
        self._user = processes.unprivileged("rabbitmq")
        # Any secret serves as the cookie by which the nodes know one another.
        self._nodes = [Node(state, number, state.password) for number in range(1, len(state.nodes) + 1)]

    def node(self, number: int) -> Node:
        if not 1 <= number <= len(self._nodes):
            raise ServiceError(f"there is no node {number}")
        return self._nodes[number - 1]

    def create(self) -> None:
        processes.private_directory(self._home, self._user)
        self._start_port_mapper()
        for node in self._nodes:
            node.create()
            # The first one must be there for the others to join. Later they start at once, since each may wait for
            # the one that was stopped last.
            node.start()

    def start(self) -> None:
        for node in self._nodes:
            node.launch()
        for node in self._nodes:
            node.wait_until_ready()

    def stop(self) -> None:
        for node in self._nodes:
            node.stop()

    def kill(self) -> None:
        for node in self._nodes:
            node.kill()

    def lose(self) -> None:
        for node in self._nodes:
            node.lose()

    def freeze(self) -> None:
        for node in self._nodes:
            node.freeze()

    def thaw(self) -> None:
        for node in self._nodes:
            node.thaw()

    def alarm(self) -> None:
        for node in self._nodes:
            node.alarm()

    def calm(self) -> None:
        for node in self._nodes:
            node.calm()

    def destroy(self) -> None:
        self.kill()
        port_mapper = processes.read_pid(self._home / "pid")
        if processes.is_alive(port_mapper, "epmd"):
            processes.send(port_mapper, signal.SIGKILL)

    def _start_port_mapper(self) -> None:
        # In the foreground and known by its id. The one that Erlang starts by itself would outlive everything.
        program = shutil.which("epmd") or "epmd"
        command = (program, "-port", str(self._state.epmd_port), "-address", LOOPBACK)
        pid = processes.spawn(command, user=self._user, home=self._home, env={}, log=self._home / "log")
        (self._home / "pid").write_text(str(pid))
