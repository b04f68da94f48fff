"""A mail server that takes everything and keeps nothing, so that it is not what is measured.

    python -m benchmarks.mail_sink PORT

It writes how many messages it has taken as soon as a line is read from its standard input.
"""

import asyncio
import sys

_BANNER = b"220 sink\r\n"
_ANSWERS = {
    b"EHLO": b"250-sink\r\n250 PIPELINING\r\n",
    b"HELO": b"250 sink\r\n",
    b"MAIL": b"250 ok\r\n",
    b"RCPT": b"250 ok\r\n",
    b"RSET": b"250 ok\r\n",
    b"NOOP": b"250 ok\r\n",
    b"DATA": b"354 go on\r\n",
    b"QUIT": b"221 bye\r\n",
}
_END = b"\r\n.\r\n"


class Session(asyncio.Protocol):
    """One connection."""

    taken = 0  # by all of them

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._data = b""
        self._is_content = False
        transport.write(_BANNER)

    def data_received(self, data: bytes) -> None:
        self._data += data
        if self._is_content:
            if not self._data.endswith(_END):
                return
            self._is_content, self._data = False, b""
            Session.taken += 1
            self._transport.write(b"250 taken\r\n")
        elif self._data.endswith(b"\r\n"):
            commands, self._data = [line[:4].upper() for line in self._data.splitlines()], b""
            self._is_content = commands[-1] == b"DATA"
            self._transport.write(b"".join(_ANSWERS.get(command, b"500 what?\r\n") for command in commands))
            if commands[-1] == b"QUIT":
                self._transport.close()


async def serve(port: int) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Session, "127.0.0.1", port, backlog=1000)
    loop.add_reader(sys.stdin.fileno(), _tell)
    print("mail sink started", flush=True)
    await server.serve_forever()


def _tell() -> None:
    if not sys.stdin.readline():
        sys.exit()
    print(Session.taken, flush=True)


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1])))
