"""RabbitMQ as an unprivileged process, with an Erlang port mapper (epmd) of its own."""

import os
import shutil
import signal
import socket

from throwaway import processes
from throwaway.errors import ServiceError
from throwaway.install import RABBITMQ_SERVER
from throwaway.state import LOOPBACK, NAME, State

CONFIGURATION = """\
listeners.tcp.private = {host}:{port}
management.tcp.ip = {host}
management.tcp.port = {management_port}
default_vhost = {name}
# The machine's own disk is not the subject: no alarm while a build machine is nearly full.
disk_free_limit.absolute = 50MB
"""


class Broker:
    """A node in the services' directory; see `services.Service` for the methods."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._home = state.directory / "broker"
        self._log = self._home / "log"
        self._user = processes.unprivileged("rabbitmq")

    def create(self) -> None:
        processes.private_directory(self._home, self._user)
        ports = {"port": self._state.broker_port, "management_port": self._state.management_port}
        self._write("rabbitmq.conf", CONFIGURATION.format(host=LOOPBACK, name=NAME, **ports))
        self._write("enabled_plugins", "[rabbitmq_management].\n")

    def start(self) -> None:
        self._start_port_mapper()
        self.thaw()
        if not self._alive():
            (self._home / "pid").unlink(missing_ok=True)
            self._spawn(str(RABBITMQ_SERVER))
        if not processes.wait_until(self._ready, seconds=processes.START_SECONDS):
            raise ServiceError(f"RabbitMQ is not ready\n{processes.tail(self._log)}")

    def stop(self) -> None:
        if self._alive():
            self.thaw()
            self._end(signal.SIGTERM)

    def kill(self) -> None:
        if self._alive():
            self._end(signal.SIGKILL)

    def freeze(self) -> None:
        if self._alive():
            processes.send(self._pid(), signal.SIGSTOP)

    def thaw(self) -> None:
        if self._alive():
            processes.send(self._pid(), signal.SIGCONT)

    def destroy(self) -> None:
        self.kill()
        port_mapper = processes.read_pid(self._home / "epmd.pid")
        if processes.is_alive(port_mapper, "epmd"):
            processes.send(port_mapper, signal.SIGKILL)

    def _start_port_mapper(self) -> None:
        # In the foreground and known by its id. The one that Erlang starts by itself would outlive everything.
        file = self._home / "epmd.pid"
        if processes.is_alive(processes.read_pid(file), "epmd"):
            return
        program = shutil.which("epmd") or "epmd"
        file.write_text(str(self._spawn(program, "-port", str(self._state.epmd_port), "-address", LOOPBACK)))

    def _spawn(self, *command: str) -> int:
        return processes.spawn(command, user=self._user, home=self._home, env=self._environment(), log=self._log)

    def _environment(self) -> dict[str, str]:
        home, state = self._home, self._state
        return {
            "RABBITMQ_NODENAME": f"{NAME}@localhost",  # a name that resolves on every machine
            "RABBITMQ_CONFIG_FILE": str(home / "rabbitmq.conf"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(home / "enabled_plugins"),
            "RABBITMQ_CONF_ENV_FILE": "/dev/null",  # not the system service's own file
            "RABBITMQ_MNESIA_BASE": str(home / "mnesia"),
            "RABBITMQ_LOG_BASE": str(home / "logs"),
            "RABBITMQ_PID_FILE": str(home / "pid"),
            "RABBITMQ_DIST_PORT": str(state.distribution_port),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1}",
            "ERL_MAX_PORTS": "65536",  # else a table for all files it may open: gigabytes in some containers
            "ERL_EPMD_PORT": str(state.epmd_port),
            "ERL_EPMD_ADDRESS": LOOPBACK,
        }

    def _write(self, name: str, text: str) -> None:
        file = self._home / name
        file.write_text(text)
        os.chown(file, self._user.pw_uid, self._user.pw_gid)

    def _pid(self) -> int:
        return processes.read_pid(self._home / "pid") or 0

    def _alive(self) -> bool:
        return processes.is_alive(self._pid(), "beam.smp")

    def _end(self, number: signal.Signals) -> None:
        pid = self._pid()
        processes.send(pid, number)
        if not processes.wait_until(lambda: not processes.is_alive(pid, "beam.smp"), seconds=processes.STOP_SECONDS):
            processes.send(pid, signal.SIGKILL)

    def _ready(self) -> bool:
        return answers_amqp(self._state.broker_port) and listens(self._state.management_port)


def answers_amqp(port: int) -> bool:
    """Whether a broker greets on that port: it does so once it has recovered its queues."""
    try:
        with socket.create_connection((LOOPBACK, port), timeout=1) as connection:
            connection.sendall(b"AMQP\x00\x00\x09\x01")
            return connection.recv(1) == b"\x01"  # a method frame: connection.start
    except OSError:
        return False


def listens(port: int) -> bool:
    """Whether somebody takes connections on that port."""
    try:
        with socket.create_connection((LOOPBACK, port), timeout=1):
            return True
    except OSError:
        return False
