"""Where a request comes from."""

from ipaddress import IPv6Address, ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest

# Whoever has one address of version 6 has all those that share its first 64 bits.
ONE_SUBSCRIBER = 64


def client_address(request: HttpRequest) -> str:
    """The address that is counted and remembered; of version 6 the first one of its network. Empty if there is none.

    X-Forwarded-For is believed as far as PROXY_COUNT says: each proxy adds at the end whom it was asked by.
    """
    direct = request.META.get("REMOTE_ADDR", "")
    named = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
    claimed = named[-min(settings.PROXY_COUNT, len(named))].strip() if settings.PROXY_COUNT else direct
    return _counted(claimed) or _counted(direct)


def _counted(text: str) -> str:
    try:
        address = ip_address(text)
    except ValueError:
        return ""
    if not isinstance(address, IPv6Address):
        return str(address)
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(ip_network((int(address), ONE_SUBSCRIBER), strict=False).network_address)
