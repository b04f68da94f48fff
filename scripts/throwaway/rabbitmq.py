"""One node of RabbitMQ as an unprivileged process."""

import os
import shutil
import signal
import socket

from throwaway import processes
from throwaway.certificates import make_certificate
from throwaway.errors import ServiceError
from throwaway.install import RABBITMQ_SERVER, RABBITMQCTL
from throwaway.state import LOOPBACK, NAME, State

# Its processes already need more than one byte; 0.4 of the machine's memory is what it starts with.
MEMORY_ALARM = ("set_vm_memory_high_watermark", "absolute", "1")
NO_MEMORY_ALARM = ("set_vm_memory_high_watermark", "0.4")

CONFIGURATION = """\
listeners.tcp.private = {host}:{port}
management.tcp.ip = {host}
management.tcp.port = {management_port}
listeners.ssl.private = {host}:{tls_port}
listeners.ssl.other = 127.0.0.2:{tls_port}
ssl_options.certfile = {certificate}
ssl_options.keyfile = {key}
management.ssl.ip = {host}
management.ssl.port = {management_tls_port}
management.ssl.certfile = {certificate}
management.ssl.keyfile = {key}
default_vhost = {name}
# The machine's own disk is not the subject: no alarm while a build machine is nearly full.
disk_free_limit.absolute = 50MB
cluster_formation.peer_discovery_backend = classic_config
# A node that starts for the first time joins the first one.
cluster_formation.classic_config.nodes.1 = {first}
# Its majority goes on without a node that was killed, and takes it back.
cluster_partition_handling = pause_minority
"""


class Node:
    """A node in a directory of its own; see `services.NodeService` for the methods."""

    def __init__(self, state: State, number: int, cookie: str) -> None:
        self._state = state
        self._ports = state.nodes[number - 1]
        self._name = node_name(number)
        self.home = state.directory / f"broker-{number}"
        self._log = self.home / "log"
        self._cookie = cookie
        self._user = processes.unprivileged("rabbitmq")

    def create(self) -> None:
        processes.private_directory(self.home, self._user)
        certificate, key = make_certificate(self.home, self._user)
        filled = CONFIGURATION.format(
            host=LOOPBACK,
            name=NAME,
            first=node_name(1),
            port=self._ports.amqp,
            management_port=self._ports.management,
            tls_port=self._ports.amqp_tls,
            management_tls_port=self._ports.management_tls,
            certificate=certificate,
            key=key,
        )
        self._write("rabbitmq.conf", filled)
        self._write("enabled_plugins", "[rabbitmq_management].\n")
        self._write(".erlang.cookie", self._cookie, mode=0o400)

    def start(self) -> None:
        self.launch()
        self.wait_until_ready()

    def launch(self) -> None:
        """Start it, or let it go on."""
        self.thaw()
        if not self._alive():
            (self.home / "pid").unlink(missing_ok=True)
            self._spawn(str(RABBITMQ_SERVER))

    def wait_until_ready(self) -> None:
        if not processes.wait_until(self._ready, seconds=processes.START_SECONDS):
            raise ServiceError(f"RabbitMQ is not ready\n{processes.tail(self._log)}")

    def stop(self) -> None:
        if self._alive():
            self.thaw()
            self._end(signal.SIGTERM)

    def kill(self) -> None:
        if self._alive():
            self._end(signal.SIGKILL)

    def lose(self) -> None:
        self.kill()
        shutil.rmtree(self.home / "mnesia", ignore_errors=True)

    def freeze(self) -> None:
        if self._alive():
            processes.send(self._pid(), signal.SIGSTOP)

    def thaw(self) -> None:
        if self._alive():
            processes.send(self._pid(), signal.SIGCONT)

    def alarm(self) -> None:
        self._control(*MEMORY_ALARM)

    def calm(self) -> None:
        self._control(*NO_MEMORY_ALARM)

    def destroy(self) -> None:
        self.kill()

    def _control(self, *command: str) -> None:
        processes.run([str(RABBITMQCTL), *command], user=self._user, home=self.home, env=self.environment(),
                      log=self._log, stdin=b"")  # fmt: skip

    def _spawn(self, *command: str) -> int:
        return processes.spawn(command, user=self._user, home=self.home, env=self.environment(), log=self._log)

    def environment(self) -> dict[str, str]:
        """By which RabbitMQ's own programs find the node."""
        home, state = self.home, self._state
        return {
            "RABBITMQ_NODENAME": self._name,
            "RABBITMQ_CONFIG_FILE": str(home / "rabbitmq.conf"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(home / "enabled_plugins"),
            "RABBITMQ_CONF_ENV_FILE": "/dev/null",  # not the system service's own file
            "RABBITMQ_MNESIA_BASE": str(home / "mnesia"),
            "RABBITMQ_LOG_BASE": str(home / "logs"),
            "RABBITMQ_PID_FILE": str(home / "pid"),
            "RABBITMQ_DIST_PORT": str(self._ports.distribution),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1}",
            "ERL_MAX_PORTS": "65536",  # else a table for all files it may open: gigabytes in some containers
            "ERL_EPMD_PORT": str(state.epmd_port),
            "ERL_EPMD_ADDRESS": LOOPBACK,
        }

    def _write(self, name: str, text: str, *, mode: int = 0o644) -> None:
        file = self.home / name
        file.write_text(text)
        file.chmod(mode)
        os.chown(file, self._user.pw_uid, self._user.pw_gid)

    def _pid(self) -> int:
        return processes.read_pid(self.home / "pid") or 0

    def _alive(self) -> bool:
        return processes.is_alive(self._pid(), "beam.smp")

    def _end(self, number: signal.Signals) -> None:
        pid = self._pid()
        processes.send(pid, number)
        if not processes.wait_until(lambda: not processes.is_alive(pid, "beam.smp"), seconds=processes.STOP_SECONDS):
            processes.send(pid, signal.SIGKILL)

    def _ready(self) -> bool:
        return answers_amqp(self._ports.amqp) and listens(self._ports.management)


def node_name(number: int) -> str:
    """As Erlang knows the node; a name that resolves on every machine."""
    return f"{NAME}-{number}@localhost"


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
