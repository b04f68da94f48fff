"""PostgreSQL as an unprivileged process."""

import os
import shutil
import signal

from throwaway import processes
from throwaway.certificates import make_certificate
from throwaway.errors import ServiceError
from throwaway.install import postgresql_programs
from throwaway.state import LOOPBACK, NAME, State

# Faster tests. Only a crash of the machine can cost data. What is committed survives a killed server, which is why
# `synchronous_commit` stays on.
NOT_DURABLE = {"fsync": "off", "full_page_writes": "off"}


class Database:
    """A cluster in the services' directory; see `services.Service` for the methods."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._home = state.directory / "database"
        self._data = self._home / "data"
        self._user = processes.unprivileged("postgres")

    def create(self) -> None:
        processes.private_directory(self._home, self._user)
        password = self._home / "password"
        password.write_text(self._state.password)
        os.chown(password, self._user.pw_uid, self._user.pw_gid)
        self._run("initdb", "--username", NAME, "--pwfile", str(password), "--auth", "scram-sha-256",
                  "--encoding", "UTF8", "--locale", "C.UTF-8", "--no-sync")  # fmt: skip
        # Switched on by those who ask for it (`ssl`): a client would use it for every connection, which takes longer.
        certificate, key = make_certificate(self._home, self._user)
        with (self._data / "postgresql.conf").open("a") as file:
            of_tls = {"ssl_cert_file": certificate, "ssl_key_file": key}
            file.writelines(f"{name} = '{value}'\n" for name, value in (self._settings() | of_tls).items())
        self._run("postgres", "--single", "postgres", stdin=f"CREATE DATABASE {NAME}".encode())

    def start(self) -> None:
        if not self._alive():
            self._run("pg_ctl", "start", "--wait", "--timeout", f"{processes.START_SECONDS:.0f}")

    def stop(self) -> None:
        if self._alive():
            self._run("pg_ctl", "stop", "--wait", "--mode", "fast", "--timeout", f"{processes.STOP_SECONDS:.0f}")

    def kill(self) -> None:
        if not self._alive():
            return
        server = self._pid()
        # Its children are sessions of their own. A busy one would outlive it and keep a new server from starting.
        victims = [server, *processes.children(server)]
        for pid in victims:
            processes.send(pid, signal.SIGKILL)
        if not processes.wait_until(
            lambda: not any(processes.is_alive(pid, "postgres") for pid in victims), seconds=processes.STOP_SECONDS
        ):
            raise ServiceError("a killed PostgreSQL process does not end")
        # Its id may still be taken, by a dead process nobody waited for, which would keep a new server from starting.
        (self._data / "postmaster.pid").unlink()

    def lose(self) -> None:
        self.kill()
        shutil.rmtree(self._data)
        self.create()

    def abort(self) -> None:
        if self._alive():
            self._run("pg_ctl", "stop", "--wait", "--mode", "immediate")

    def destroy(self) -> None:
        self.abort()

    def _settings(self) -> dict[str, str]:
        network = {"listen_addresses": LOOPBACK, "port": str(self._state.database_port), "unix_socket_directories": ""}
        return network if self._state.durable else network | NOT_DURABLE

    def _alive(self) -> bool:
        return processes.is_alive(self._pid(), "postgres")

    def _pid(self) -> int:
        return processes.read_pid(self._data / "postmaster.pid") or 0

    def _run(self, program: str, *arguments: str, stdin: bytes = b"") -> None:
        processes.run(
            [str(postgresql_programs() / program), *arguments],
            user=self._user,
            home=self._home,
            env={"PGDATA": str(self._data)},
            log=self._home / "log",
            stdin=stdin,
        )
