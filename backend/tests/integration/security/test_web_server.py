"""The web server as it is deployed: slow clients, oversize requests and floods keep nobody else waiting."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import cycle

import pytest
import requests

from tests.processes import Processes
from tests.web_server import WebServer

HEAD = b"POST /api/v1/token HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
LOG_IN = b"POST /admin/login/ HTTP/1.1\r\nHost: localhost\r\n"
# What each slow client begins with; then it sends a byte now and then.
SLOW = {
    "nothing": b"",
    "head": HEAD,
    "body": HEAD + b"Content-Length: 60000\r\n\r\n{",
    "kept connection": b"GET /api/v1/rules/schema HTTP/1.1\r\nHost: localhost\r\n\r\nGET / HTTP/1.1\r\n",
}
PAGE = "/api/v1/rules/schema"


@pytest.fixture
def server(processes: Processes) -> WebServer:
    """One process of two threads: a single slow client that held one would be half of it."""
    return WebServer(processes, WEB_CONCURRENCY="1", WEB_THREADS="2")


@contextmanager
def slow_clients(server: WebServer, number: int) -> Iterator[list[socket.socket]]:
    """So many, one kind after the other."""
    clients = [server.connect() for _ in range(number)]
    for client, start in zip(clients, cycle(SLOW.values()), strict=False):
        client.sendall(start)
    stop = threading.Event()

    def drip() -> None:
        while not stop.wait(0.5):
            for client in clients:
                with suppress(OSError):
                    client.sendall(b"x")

    dripping = threading.Thread(target=drip)
    dripping.start()
    try:
        yield clients
    finally:
        stop.set()
        dripping.join()
        for client in clients:
            client.close()


TOO_MUCH = {
    "line": (b"GET /" + b"a" * 5000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n", 414),
    "field": (b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"a" * 9000 + b"\r\n\r\n", 431),
    "fields": (b"GET / HTTP/1.1\r\nHost: localhost\r\n" + b"X: a\r\n" * 100 + b"\r\n", 431),
    "endless": (b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"a" * 200_000 + b"\r\n\r\n", 431),
    "token": (HEAD + b"Content-Length: 70000\r\n\r\n" + b" " * 70_000, 413),
    "log-in": (LOG_IN + b"Content-Length: 100000\r\n\r\n" + b" " * 66_000, 413),
    "number": (HEAD + b"Content-Length: 99999999999999999999\r\n\r\n", 413),
    "minus": (HEAD + b"Content-Length: -1\r\n\r\n", 400),
    "two": (HEAD + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\n{}", 400),
    "both": (HEAD + b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
    "tls": (b"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n", 400),
    "host": (b"GET / HTTP/1.1\r\nHost: elsewhere.example\r\n\r\n", 400),
}


def test_others_are_served_beside_slow_clients(server: WebServer) -> None:
    """Usual requests, and what is too large or no request. That slow ones end is in fuzz/test_slow_clients.py."""
    with slow_clients(server, 8):
        ask_as_usual(server)
        send_too_much(server)
        assert requests.get(server.url + PAGE, timeout=60).status_code == 200
    assert "Internal Server Error" not in server.process.log


def ask_as_usual(server: WebServer) -> None:
    """In pieces, several on one connection, at once, and by who waits to be told to go on."""
    body = b'{"username": "x", "password": "y"}'
    with server.connect() as client:
        client.sendall(HEAD)
        time.sleep(0.1)
        client.sendall(b"Content-Length: %d\r\n\r\n" % len(body) + body[:5])
        time.sleep(0.1)
        client.sendall(body[5:])
        assert client.recv(12) == b"HTTP/1.1 422"
    with requests.Session() as session:
        for _ in range(20):
            assert session.get(server.url + PAGE).status_code == 200
    one = f"GET {PAGE} HTTP/1.1\r\nHost: localhost\r\n".encode()
    with server.connect() as client:
        client.sendall(one + b"\r\n" + one + b"Connection: close\r\n\r\n")
        answer = b"".join(iter(lambda: client.recv(65536), b""))
    assert answer.count(b"HTTP/1.1 200") == 2
    with server.connect() as client:
        client.sendall(HEAD + b"Expect: 100-continue\r\nContent-Length: %d\r\n\r\n" % len(body))
        assert client.recv(25) == b"HTTP/1.1 100 Continue\r\n\r\n"
        client.sendall(body)
        assert client.recv(12) == b"HTTP/1.1 422"


def send_too_much(server: WebServer) -> None:
    for name, (sent, status) in TOO_MUCH.items():
        with server.connect() as client:
            with suppress(OSError):  # it need not read to the end
                client.sendall(sent)
            assert client.recv(12) == b"HTTP/1.1 %d" % status, name
