"""gunicorn's worker with threads, in which slow clients hold none of them.

Its own hands a connection to a thread before anything of the request is there. So it was measured that 200 connections
that send nothing, or a byte a second, keep 16 threads from answering anybody (docs/adr/0036). Here the process's one
loop waits until the head of a request and a small body have arrived; the kernel holds them meanwhile. What a thread
then still waits for has an end.
"""

import errno
import re
import socket
import time
from functools import partial
from selectors import EVENT_READ
from typing import Any

from gunicorn.workers.gthread import TConn, ThreadWorker

# Seconds for a head and a small body to arrive.
ARRIVAL_SECONDS = 10.0
# Seconds from then on until the answer has been read; a large export takes some.
REQUEST_SECONDS = 120.0
# Of a body that is larger than what is waited for: seconds in which it must be there, and bytes of each further one.
BODY_SECONDS, BODY_RATE = 30.0, 64 * 1024
# How much of a request is waited for. The kernel keeps it, for each of `worker_connections`.
WAITED_FOR = 64 * 1024
_END_OF_HEAD = b"\r\n\r\n"
_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*([0-9]{1,18})[ \t]*\r\n", re.IGNORECASE)
_EXPECTS = re.compile(rb"\r\nexpect:", re.IGNORECASE)


class Worker(ThreadWorker):  # type: ignore[misc] # untyped in the library
    """Named by config/gunicorn.py."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._deadlines: dict[TConn, float] = {}  # of those that a thread works on

    def accept(self, listener: socket.socket) -> None:
        """A new connection: to a thread if its request is there already."""
        try:
            client, address = listener.accept()
        except OSError as error:
            if error.errno not in (errno.EAGAIN, errno.ECONNABORTED):
                raise
            return
        self.nr_conns += 1
        self._await_request(TConn(self.cfg, client, address, listener.getsockname()))

    def on_client_socket_readable(self, conn: TConn, client: socket.socket) -> None:
        """The next request of a connection that was kept."""
        self.poller.unregister(client)
        self.keepalived_conns.remove(conn)
        self._await_request(conn)

    def on_pending_socket_readable(self, conn: TConn, client: socket.socket) -> None:
        """More of a request that is waited for."""
        if _has_arrived(conn):
            self.poller.unregister(client)
            self.pending_conns.remove(conn)
            self._begin(conn)

    def handle(self, conn: TConn) -> Any:
        """In a thread."""
        self._deadlines[conn] = time.monotonic() + ARRIVAL_SECONDS
        try:
            return super().handle(conn)
        finally:
            self._deadlines.pop(conn, None)

    def handle_request(self, req: Any, conn: TConn) -> Any:
        """In a thread, with the head read."""
        seconds = BODY_SECONDS + conn.missing / BODY_RATE if conn.missing else REQUEST_SECONDS
        self._deadlines[conn] = time.monotonic() + seconds
        return super().handle_request(req, conn)

    def _keepalive_after(self, conn: TConn, keepalive: bool) -> bool:
        """In a thread: whether the connection goes on. Not with a part of the next request read already.

        That part is in this process, so the kernel could not tell when the rest of it is there.
        """
        if not super()._keepalive_after(conn, keepalive):
            return False
        rest = conn.parser.unreader.buf.getvalue()
        return not rest or len(rest) >= _wanted(rest) > 0

    def murder_pending(self) -> None:
        """Every second: end what took too long. A thread that waits for such a client finds its connection closed."""
        super().murder_pending()
        now = time.monotonic()
        for conn, deadline in list(self._deadlines.items()):
            if deadline < now:
                _shut(conn.sock)

    def _await_request(self, conn: TConn) -> None:
        conn.sock.setblocking(False)
        conn.seen = conn.missing = 0
        if _has_arrived(conn):
            self._begin(conn)
            return
        conn.timeout = time.monotonic() + ARRIVAL_SECONDS
        self.pending_conns.append(conn)
        self.poller.register(conn.sock, EVENT_READ, partial(self.on_pending_socket_readable, conn))

    def _begin(self, conn: TConn) -> None:
        conn.data_ready = True
        _wake_at(conn.sock, 1)
        self.enqueue_req(conn)


def _has_arrived(conn: TConn) -> bool:
    """Whether a thread may begin: all is there, or as much as is waited for, or nothing more will come."""
    try:
        arrived = conn.sock.recv(WAITED_FOR, socket.MSG_PEEK)
    except BlockingIOError:
        return False
    except OSError:
        return True  # the thread finds out the same
    if len(arrived) <= conn.seen:  # it was woken, and not by more: the client has closed
        return True
    wanted = _wanted(arrived)
    if len(arrived) >= min(wanted or WAITED_FOR, WAITED_FOR):
        conn.missing = max(0, wanted - len(arrived))
        return True
    conn.seen = len(arrived)
    _wake_at(conn.sock, min(wanted, WAITED_FOR) if wanted else len(arrived) + 1)
    return False


def _wanted(arrived: bytes) -> int:
    """The bytes of head and body together; 0 while the head is not all there."""
    end = arrived.find(_END_OF_HEAD)
    if end < 0:
        return 0
    head = arrived[: end + len(_END_OF_HEAD)]
    length = _LENGTH.search(head)
    # Who expects to be told to go on sends nothing before.
    return len(head) + (int(length[1]) if length and not _EXPECTS.search(head) else 0)


def _wake_at(client: socket.socket, count: int) -> None:
    """The kernel tells of the connection again when so many bytes are there, or it is closed."""
    try:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, count)
    except OSError:
        return  # closed already


def _shut(client: socket.socket) -> None:
    try:
        client.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # closed already
