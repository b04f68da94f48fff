"""Every operation that takes a body is sent bodies that are none."""

import json
from collections.abc import Iterator

import pytest
import requests
from rest_framework.authtoken.models import Token

from tests.fuzz.test_floods import report
from tests.integration.rights.people import House, make_house
from tests.integration.rights.table import read_table
from tests.processes import Processes
from tests.web_server import WebServer

# Where a string, a number and a list of them usually stand; each hostile value is sent in all of them.
PLACES = (
    *("name", "slug", "bib", "value", "reason", "username", "password", "url", "kinds", "scores", "divisions", "rules"),
    *("starts_at", "external_id", "status", "points", "drop", "participant", "events", "language", "settings"),
)
DEEP = 100_000
VALUES = {
    "nul": '"a\\u0000b"',
    "surrogate": '"\\ud800"',
    "surrogates the wrong way": '"\\udc00\\ud800"',
    "long": '"' + "x" * 1_000_000 + '"',
    "combining": '"' + "a" + "\u0301" * 5_000 + '"',
    "turned": '"\u202ea\u202cb"',
    "not a number": "NaN",
    "endless": "-Infinity",
    "huge": "1e999",
    "huge in digits": "9" * 4_000,
    "beyond 64 bits": "9223372036854775808",
    "tiny": "1e-400",
    "minus nothing": "-0.0",
    "deep lists": "[" * 900 + "]" * 900,
    "deep objects": '{"a":' * 900 + "1" + "}" * 900,
    "many": "[" + ",".join(["1"] * 50_000) + "]",
    "formula": "\"=cmd|' /C calc'!A0\"",
    "markup": '"<script>alert(1)</script>"',
    "format": '"%s%n{0.__class__}${7*7}{{7*7}}"',
    "far": '"9999-12-31T23:59:59+14:00"',
    "early": '"0001-01-01T00:00:00-14:00"',
    "nothing": "null",
    "true": "true",
}
WHOLE = {
    "empty": b"",
    "cut": b'{"name": "x',
    "deep": b"[" * DEEP,
    "deep objects": b'{"a":' * DEEP,
    "mark": b'\xef\xbb\xbf{"name": "x"}',
    "utf-16": '{"name": "x"}'.encode("utf-16"),
    "no utf-8": b'{"name": "\xff\xfe"}',
    "twice": b'{"name": "x", "name": 7}',
    "empty name": b'{"": 1}',
    "prototype": b'{"__proto__": {"a": 1}, "constructor": 1, "__class__": 1}',
    "two": b"{}{}",
    "comment": b"{/* */}",
    "list": b"[1, 2]",
    "text": b'"x"',
    "many names": json.dumps({f"name-{number}": 1 for number in range(20_000)}).encode(),
    "too large": b" " * 2_700_000,
}
TYPES = (
    *("application/json", "application/x-www-form-urlencoded", "text/csv", "multipart/form-data", "text/plain"),
    *("multipart/form-data; boundary=x", "application/json; charset=utf-7", "application/json; charset=nonsense", "x"),
)


def operations(house: House) -> Iterator[tuple[str, str]]:
    """The method and the address of all that changes something."""
    for row in read_table("Addresses"):
        method, _space, address = row.partition(" ")
        if method in ("POST", "PUT", "PATCH") and address.startswith("/api/"):
            yield method, address.format(slug="cup" if "/seasons/" in address else "race", **house.names)


def bodies() -> Iterator[tuple[str, bytes, str]]:
    """What each is called, and what it is said to be."""
    for name, whole in WHOLE.items():
        yield name, whole, "application/json"
    for content_type in TYPES:
        yield content_type, b"--x\r\na=b\r\n\r\n%00=\xff&a=\xed\xa0\x80", content_type
    for name, value in VALUES.items():
        places = PLACES if len(value) < 100_000 else PLACES[:1]
        yield name, ("{" + ",".join(f'"{place}": {value}' for place in places) + "}").encode(), "application/json"


@pytest.mark.parametrize("person", ["owner", "staff"])
def test_no_body_breaks_anything(processes: Processes, person: str) -> None:
    house = make_house()
    server = WebServer(processes, LOG_LEVEL="ERROR")
    token = Token.objects.get_or_create(user=house.users[person])[0].key
    # A body that is not read to its end takes its connection along.
    usual = {"Authorization": f"Token {token}", "Idempotency-Key": "k", "Connection": "close"}
    all_operations = list(operations(house))
    # The first round loads what is loaded late, and takes the largest bodies; what then still grows has no end.
    failures = send_all(server, usual, all_operations)
    before = server.memory()
    failures += send_all(server, usual, all_operations)
    grown = server.memory() - before
    report(f"{person}: {len(all_operations)} operations, memory {before / 2**20:.0f} MiB and {grown / 2**20:+.0f} MiB")
    assert failures == []
    assert grown < 50 * 2**20


def send_all(server: WebServer, headers: dict[str, str], all_operations: list[tuple[str, str]]) -> list[str]:
    """Each body to each address: what was answered with an error of the server, or not at all."""
    failures: list[str] = []
    for method, address in all_operations:
        for name, body, content_type in bodies():
            try:
                status = requests.request(
                    method,
                    server.url + address,
                    data=body,
                    headers={**headers, "Content-Type": content_type},
                    timeout=300,
                ).status_code
            except requests.ConnectionError as error:
                status = 0 if name == "too large" else 999
                report(f"{method} {address}: {name}: {error}")
            if status >= 500:
                failures.append(f"{method} {address}: {name}: {status}")
    return failures
