"""Where webhooks may go."""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from apps.notifications.webhooks.addresses import AddressRefused, UrlRefused, check_url, is_allowed
from apps.notifications.webhooks.resolving import checked, open_socket, start_lookup

# The registries of special addresses of IANA, and what clouds have in them: the definition, without a thought.
SPECIAL = [
    ip_network(text)
    for text in (
        *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12"),
        *("192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24"),
        *("203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4", "168.63.129.16/32"),
        *("::/3", "4000::/2", "8000::/1"),  # all but 2000::/3
        *("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"),
    )
]
V4 = [network for network in SPECIAL if network.version == 4]


def naive(address: IPv4Address | IPv6Address) -> bool:
    """Whether a webhook may go there, looked up in the list."""
    text = str(address)
    number = int(address)
    if address.version == 6:
        if number >> 32 == 0xFFFF or number >> 32 == 0x0064FF9B << 64:
            return naive(IPv4Address(number & 0xFFFFFFFF))
        return not any(ip_address(text) in network for network in SPECIAL)
    return not any(ip_address(text) in network for network in V4)


def within(network: str) -> st.SearchStrategy[IPv4Address | IPv6Address]:
    return st.ip_addresses(network=network)


EDGES = [
    ip_address(int(edge) + step)
    for network in SPECIAL
    for edge in (network[0], network[-1])
    for step in (-1, 0, 1)
    if 0 < int(edge) + step < 2**32 or (network.version == 6 and 2**32 <= int(edge) + step < 2**128)
]
ADDRESSES = st.one_of(
    st.ip_addresses(v=4),
    st.ip_addresses(v=6),
    st.sampled_from(EDGES),
    st.sampled_from(SPECIAL).flatmap(lambda network: within(str(network))),
    within("::ffff:0:0/96"),
    within("64:ff9b::/96"),
    within("2000::/3"),
)


@given(address=ADDRESSES)
def test_as_the_registries_say(address: IPv4Address | IPv6Address) -> None:
    assert is_allowed(str(address)) == naive(address)


@given(address=st.one_of(st.sampled_from(V4).flatmap(lambda network: within(str(network))), st.ip_addresses(v=4)))
def test_an_ipv4_address_is_judged_alike_in_every_disguise(address: IPv4Address) -> None:
    number = int(address)
    for disguise in (f"::ffff:{address}", f"64:ff9b::{address}", f"0:0:0:0:0:ffff:{number >> 16:x}:{number & 65535:x}"):
        assert is_allowed(disguise) == naive(address), disguise
    for obsolete in (f"::{address}", f"2002:{number >> 16:x}:{number & 65535:x}::1", f"64:ff9b:1::{address}"):
        assert not is_allowed(obsolete), obsolete


@given(address=st.sampled_from(V4).flatmap(lambda network: within(str(network))))
def test_no_spelling_of_a_refused_address_is_connected_to(address: IPv4Address) -> None:
    number = int(address)
    a, b, c, d = address.packed
    spellings = (
        *(str(number), hex(number), f"0{number:o}", f"{a}.{number & 0xFFFFFF}", f"{a}.{b}.{number & 0xFFFF}"),
        *(f"0x{a:x}.0x{b:x}.0x{c:x}.0x{d:x}", f"0{a:o}.0{b:o}.0{c:o}.0{d:o}", f"{address}."),
        *(f"[::ffff:{address}]", f"[64:ff9b::{number >> 16:x}:{number & 65535:x}]", f"[::{address}]"),
    )
    for host in spellings:
        with pytest.raises(UrlRefused):
            check_url(f"https://{host}/hook")


@pytest.mark.parametrize(
    "address", ["169.254.169.254", "fd00:ec2::254", "100.100.100.200", "168.63.129.16", "::1", "::"]
)
def test_what_clouds_tell_their_machines_is_out_of_reach(address: str) -> None:
    assert not is_allowed(address)
    with pytest.raises(AddressRefused, match="not on the public internet"):
        open_socket((2, 1, 6, "", (address, 443)))


@pytest.mark.parametrize("text", ["fe80::1%eth0", "2606:4700::1111%1", "localhost", "", "1.2.3", "1.2.3.4/32"])
def test_what_is_no_plain_address_is_not_allowed(text: str) -> None:
    assert not is_allowed(text)


def test_a_deployment_allows_networks_of_its_own(settings: Settings) -> None:
    settings.WEBHOOK_ALLOWED_NETWORKS = [ip_network("10.1.0.0/16"), ip_network("fd12::/64")]
    assert is_allowed("10.1.2.3")
    assert is_allowed("::ffff:10.1.2.3")
    assert is_allowed("fd12::7")
    assert not is_allowed("10.2.0.1")
    assert not is_allowed("fd13::7")
    assert not is_allowed("127.0.0.1")


def test_every_address_of_a_host_is_looked_at() -> None:
    public, private = (2, "93.184.216.34"), (2, "10.0.0.1")
    assert checked("x", [public]) == [public]
    for found in ([public, private], [private, public]):
        with pytest.raises(AddressRefused, match="x has an address that is not"):
            checked("x", found)


@pytest.mark.parametrize("host", ["localhost", "127.1", "0x7f.1", "2130706433", "0177.0.0.1"])
def test_what_the_system_resolves_to_this_machine_is_refused(host: str) -> None:
    with pytest.raises(AddressRefused):
        checked(host, start_lookup(host, 443).result(30))


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://example.com/", "it must begin with https://"),
        ("ftp://example.com/", "it must begin with https://"),
        ("file:///etc/passwd", "it must begin with https://"),
        ("//example.com/", "it must begin with https://"),
        ("example.com", "it must begin with https://"),
        ("https:///path", "it names no host"),
        ("https://user@example.com/", "no user"),
        ("https://:secret@example.com/", "no user"),
        ("https://example.com:22/", "port 22 is not allowed; these are: 80, 443, 8080, 8443"),
        ("https://example.com:0/", "port 0 is not allowed"),
        ("https://example.com:99999/", "it is not a URL"),
        ("https://example.com:x/", "it is not a URL"),
        ("https://exa mple.com/", "without spaces"),
        ("https://example.com\\@10.0.0.1/", "backslashes"),
        ("https://example.com/\n", "without spaces"),
        ("https://example.com/\x00", "without spaces"),
        ("https://example.com/" + "x" * 2000, "at most 2000 characters"),
        ("https://[::1]/", "::1 is not an address on the public internet"),
        ("https://[fe80::1%25eth0]/", "not an address on the public internet"),
        ("https://①②⑦.⓪.⓪.①/", "not an address on the public internet"),
        ("https://127。0。0。1/", "not an address on the public internet"),
        ("https://1.2.3.4.5/", "not an address on the public internet"),
        ("https://example.0x7f/", "not an address on the public internet"),
    ],
)
def test_urls_that_are_refused(url: str, reason: str) -> None:
    with pytest.raises(UrlRefused, match=reason.replace(".", r"\.")):
        check_url(url)


@pytest.mark.parametrize(
    ("url", "host", "port"),
    [
        ("https://example.com/hook?a=b", "example.com", 443),
        ("HTTPS://EXAMPLE.com:8443", "example.com", 8443),
        ("https://bücher.example/", "xn--bcher-kva.example", 443),
        ("https://93.184.216.34/", "93.184.216.34", 443),
        ("https://[2606:4700::1111]/", "2606:4700::1111", 443),
        ("https://example.com./", "example.com.", 443),
        ("https://3com.com/", "3com.com", 443),
    ],
)
def test_urls_that_are_not(url: str, host: str, port: int) -> None:
    parsed = check_url(url)
    assert (parsed.raw_host, parsed.port) == (host, port)


def test_http_and_ports_by_settings(settings: Settings) -> None:
    settings.WEBHOOK_ALLOW_HTTP, settings.WEBHOOK_PORTS = True, []
    assert check_url("http://example.com:9/").port == 9
    with pytest.raises(UrlRefused, match="https:// or http://"):
        check_url("ftp://example.com/")
