"""Where webhooks may go: to nothing that only this machine or its network can reach.

An endpoint's URL is somebody else's choice, and the request to it comes from inside. So everything is refused that is
not for the public internet, unless the deployment allows it (WEBHOOK_ALLOWED_NETWORKS).
"""

import re
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from django.conf import settings
from yarl import URL

LONGEST_URL = 2000
# Not for the public, though `is_global` lets them pass: protocol assignments, relays of 6to4 and 6to4 itself (an IPv4
# address in disguise), documentation, and the address by which Azure's machines ask their host.
REFUSED = [
    ip_network(text)
    for text in ("192.0.0.0/24", "192.88.99.0/24", "168.63.129.16/32", "2001::/23", "2002::/16", "3fff::/20")
]
UNICAST = ip_network("2000::/3")  # all that is assigned of IPv6 for the public
NAT64 = ip_network("64:ff9b::/96")  # a translator makes IPv4 of it
# A host whose last label is like this is an IPv4 address or nothing (WHATWG has the same rule). Resolvers
# read 2130706433, 0x7f.1 and 0177.0.0.1 as 127.0.0.1.
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*", re.ASCII)


class UrlRefused(ValueError):
    """No webhook may go to that URL, whatever its host resolves to."""


class AddressRefused(OSError):
    """The host has an address that no webhook may go to."""


def is_allowed(text: str) -> bool:
    """Whether a webhook may go to that IP address. False if it is none, or of one link only (with a zone)."""
    try:
        address = _plain(ip_address(text))
    except ValueError:
        return False
    if any(address in network for network in settings.WEBHOOK_ALLOWED_NETWORKS):
        return True
    if not address.is_global or address.is_multicast or any(address in network for network in REFUSED):
        return False
    return isinstance(address, IPv4Address) or address in UNICAST


def _plain(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """The address that is reached by it. Raises ValueError for one with a zone."""
    if isinstance(address, IPv4Address):
        return address
    if address.scope_id is not None:
        raise ValueError(address)
    if address in NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address


def check_url(text: str) -> URL:
    """A URL as it will be asked for, if its form allows that. Raises UrlRefused with the reason.

    What a name in it resolves to is looked at when it is asked for (webhooks.resolving).
    """
    url = _parsed(text)
    schemes = ("https", "http") if settings.WEBHOOK_ALLOW_HTTP else ("https",)
    if url.scheme not in schemes:
        raise UrlRefused(f"it must begin with {' or '.join(f'{scheme}://' for scheme in schemes)}")
    if not url.host:
        raise UrlRefused("it names no host")
    if url.user is not None or url.password is not None:
        raise UrlRefused("it must hold no user and no password: the signature tells who sends")
    if settings.WEBHOOK_PORTS and url.port not in settings.WEBHOOK_PORTS:
        allowed = ", ".join(str(port) for port in settings.WEBHOOK_PORTS)
        raise UrlRefused(f"port {url.port} is not allowed; these are: {allowed}")
    _check_literal(url.host)
    return url


def _parsed(text: str) -> URL:
    # Parsers differ in what they make of these, and no URL needs them.
    if len(text) > LONGEST_URL or "\\" in text or any(char.isspace() or not char.isprintable() for char in text):
        raise UrlRefused(f"it must have at most {LONGEST_URL} characters, without spaces and backslashes")
    try:
        url = URL(text)
        _port = url.port  # raises where it is no number
    except ValueError as error:
        raise UrlRefused("it is not a URL") from error
    return url


def _check_literal(host: str) -> None:
    bare = host.rstrip(".")
    is_literal = ":" in bare or _NUMBER.fullmatch(bare.rpartition(".")[2].lower()) is not None
    if is_literal and not is_allowed(host):
        raise UrlRefused(f"{host} is not an address on the public internet")
