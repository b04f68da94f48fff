"""From a host's name to addresses that were checked, and to no others.

The connection is made to the very address that was checked: a name that resolves to something else a moment later
(DNS rebinding) gains nothing.
"""

import asyncio
import socket
import threading
from collections.abc import Sequence
from concurrent.futures import Future
from typing import Any

from aiohttp.abc import AbstractResolver, ResolveResult

from apps.notifications.webhooks.addresses import AddressRefused, is_allowed

Found = tuple[int, str]  # family and address


def start_lookup(host: str, port: int) -> Future[list[Found]]:
    """Ask for all addresses of a host, in a thread of its own that nobody waits for.

    A resolver that hangs cannot be stopped: so it holds up neither a pool nor the end of the process.
    """
    found: Future[list[Found]] = Future()
    found.set_running_or_notify_cancel()
    threading.Thread(target=_look_up, args=(host, port, found), name=f"lookup {host}", daemon=True).start()
    return found


def _look_up(host: str, port: int, found: Future[list[Found]]) -> None:
    try:
        infos = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
        found.set_result([(int(family), str(address[0])) for family, _type, _proto, _name, address in infos])
    except UnicodeError as error:  # a name that cannot be one
        found.set_exception(OSError(str(error)))
    except Exception as error:
        found.set_exception(error)


def checked(host: str, found: Sequence[Found]) -> Sequence[Found]:
    """These addresses of a host. Raises AddressRefused if there is one among them that no webhook may go to."""
    for _family, address in found:
        if not is_allowed(address):
            # Not which one: whoever asks could find out what names mean inside.
            raise AddressRefused(f"{host} has an address that is not on the public internet")
    return found


class CheckedResolver(AbstractResolver):
    """Resolves for aiohttp, and refuses a host of which any address is refused."""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        found = await asyncio.wrap_future(start_lookup(host, port))
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=address_family,
                proto=socket.IPPROTO_TCP,
                flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
            )
            for address_family, address in checked(host, found)
        ]

    async def close(self) -> None:
        """There is nothing to close."""


def open_socket(address_info: tuple[Any, ...]) -> socket.socket:
    """The socket for one address, if that is allowed: the last look before the connection, whoever resolved it."""
    family, kind, proto, _name, address = address_info
    checked(str(address[0]), [(family, str(address[0]))])
    return socket.socket(family, kind, proto)
