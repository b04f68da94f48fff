"""A TCP proxy before the nodes of the broker that can delay what passes and reset connections.

`python -m tests.chaos.proxy PORT...` takes the nodes' ports, and says on which ports it listens: one for each of them,
and one for its control, where a line is a command and is answered when it is done.
"""

import asyncio
import struct
import sys
from asyncio import StreamReader, StreamWriter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial
from random import uniform
from socket import SO_LINGER, SOL_SOCKET

HOST = "127.0.0.1"
# Closing with it on and no time to linger sends a reset and drops what was not sent.
RESET = struct.pack("ii", 1, 0)


class Proxy:
    """All connections, of whatever node."""

    def __init__(self) -> None:
        self._delay = 0.0
        self._open: set[StreamWriter] = set()

    async def pass_on(self, port: int, reader: StreamReader, writer: StreamWriter) -> None:
        """One connection of a client."""
        try:
            node_reader, node_writer = await asyncio.open_connection(HOST, port)
        except OSError:
            _reset(writer)
            return
        self._open |= {writer, node_writer}
        ways = [self._pump(reader, node_writer), self._pump(node_reader, writer)]
        try:
            await asyncio.wait([asyncio.ensure_future(way) for way in ways], return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._open -= {writer, node_writer}
            writer.close()
            node_writer.close()

    async def _pump(self, reader: StreamReader, writer: StreamWriter) -> None:
        with suppress(OSError):
            while data := await reader.read(1 << 16):
                if self._delay:
                    await asyncio.sleep(uniform(0, self._delay))
                writer.write(data)
                await writer.drain()

    async def control(self, reader: StreamReader, writer: StreamWriter) -> None:
        """`reset`, or `delay SECONDS`."""
        command, *values = (await reader.readline()).decode().split()
        if command == "reset":
            for each in self._open:
                _reset(each)
        else:
            self._delay = float(values[0])
        writer.write(b"done\n")
        writer.close()


def _reset(writer: StreamWriter) -> None:
    writer.get_extra_info("socket").setsockopt(SOL_SOCKET, SO_LINGER, RESET)
    writer.transport.abort()


async def main() -> None:
    proxy = Proxy()
    handlers: list[Callable[[StreamReader, StreamWriter], Awaitable[None]]]
    handlers = [*(partial(proxy.pass_on, int(port)) for port in sys.argv[1:]), proxy.control]
    servers = [await asyncio.start_server(handler, HOST, 0) for handler in handlers]
    sys.stdout.write(f"ports {' '.join(str(server.sockets[0].getsockname()[1]) for server in servers)} .\n")
    sys.stdout.flush()
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main())
