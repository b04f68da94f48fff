"""Receivers of webhooks: real HTTP servers on 127.0.0.1, good ones and bad ones, in threads."""

import socket
import struct
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from types import TracebackType
from typing import Any, Self

# The order of everything that all receivers saw.
_ORDER = count(1)


@dataclass(frozen=True)
class Request:
    """What came, and as the how manieth at all receivers together."""

    order: int
    path: str
    headers: dict[str, str]
    body: str


Behaviour = Callable[["Receiver", socket.socket], None]


class Receiver:
    """Reads each request, keeps it, and goes on as its behaviour says."""

    def __init__(self, behaviour: Behaviour, wrap: Callable[[socket.socket], socket.socket] | None = None) -> None:
        self.behaviour = behaviour
        self.requests: list[Request] = []
        self.is_over = threading.Event()  # a behaviour that waits or goes on for ever ends then
        self.bytes_sent = 0
        self.connections = 0
        self._wrap = wrap or (lambda connection: connection)
        self._server = socket.create_server(("127.0.0.1", 0), backlog=100)
        self.port: int = self._server.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Take no more connections, and end those there are."""
        self.is_over.set()
        with suppress(OSError):
            self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()

    def recover(self, behaviour: Behaviour) -> None:
        """Behave like that from now on, and end what was going on."""
        self.behaviour = behaviour
        self.is_over.set()

    def _accept(self) -> None:
        while True:
            try:
                connection, _address = self._server.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        # Whatever the other side does with the connection, and whenever: that is what is tested.
        with suppress(OSError), connection, self._wrap(connection) as wrapped:
            wrapped.settimeout(60)
            request = _read(wrapped)
            if request is not None:
                self.requests.append(request)
                self.behaviour(self, wrapped)


def _read(connection: socket.socket) -> Request | None:
    data = b""
    while b"\r\n\r\n" not in data:
        if not (more := connection.recv(65536)):
            return None
        data += more
    head, _gap, body = data.partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    headers = {name.lower(): value.strip() for name, _colon, value in (line.partition(":") for line in lines)}
    while len(body) < int(headers.get("content-length", "0")):
        if not (more := connection.recv(65536)):
            return None
        body += more
    return Request(next(_ORDER), first.split()[1], headers, body.decode())


def answer(status: int, body: bytes = b"", **headers: Any) -> Behaviour:
    """Answer with that status; headers with underscores for dashes."""

    def send(_receiver: Receiver, connection: socket.socket) -> None:
        lines = [f"HTTP/1.1 {status} So", f"Content-Length: {len(body)}", "Connection: close"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        connection.sendall("\r\n".join([*lines, "", ""]).encode() + body)

    return send


def hang(receiver: Receiver, _connection: socket.socket) -> None:
    """Never answer."""
    receiver.is_over.wait()


def reset(_receiver: Receiver, connection: socket.socket) -> None:
    """End the connection the rude way."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def silent_close(_receiver: Receiver, _connection: socket.socket) -> None:
    """End the connection without a word."""


def until_closed(start: bytes) -> Behaviour:
    """Answer with that, and be over once the other side has closed the connection."""

    def send(receiver: Receiver, connection: socket.socket) -> None:
        connection.sendall(start)
        with suppress(OSError):
            while connection.recv(65536):
                pass
        receiver.is_over.set()

    return send


def endless_body(status: int) -> Behaviour:
    """Answer, and never end the answer."""

    def send(receiver: Receiver, connection: socket.socket) -> None:
        connection.sendall(f"HTTP/1.1 {status} So\r\nContent-Type: text/plain\r\n\r\n".encode())
        while not receiver.is_over.is_set():
            receiver.bytes_sent += connection.send(b"x" * 65536)

    return send


def endless_headers(receiver: Receiver, connection: socket.socket) -> None:
    """Begin an answer whose headers never end."""
    connection.sendall(b"HTTP/1.1 200 OK\r\n")
    while not receiver.is_over.is_set():
        receiver.bytes_sent += connection.send(b"X-More: and more\r\n" * 1000)


def drip(start: bytes) -> Behaviour:
    """Answer with that start at once, then byte by byte without an end."""

    def send(receiver: Receiver, connection: socket.socket) -> None:
        connection.sendall(start)
        while not receiver.is_over.wait(0.05):
            receiver.bytes_sent += connection.send(b"x")

    return send


drip_header = drip(b"HTTP/1.1 200 OK\r\nX-Slow: ")


def raw(text: bytes) -> Behaviour:
    """Answer whatever that is."""

    def send(_receiver: Receiver, connection: socket.socket) -> None:
        connection.sendall(text)

    return send


def closed_port() -> int:
    """A port at which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])
