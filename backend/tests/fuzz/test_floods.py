"""Many at once: log-ins, wrong tokens, and files that are none."""

import gzip
import random
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
from rest_framework.authtoken.models import Token

from apps.events.models import ImportBatch
from apps.security.models import Allowance, SecurityEvent
from tests.factories import add_entry, make_event, make_user
from tests.processes import Processes, wait_until
from tests.web_server import WebServer

SMALL = 100 * 2**20  # bytes by which processes may have grown
# Lower than the defaults: each password that is checked takes a third of a second.
LIMITS = {"LIMIT_LOG_INS": "20", "LIMIT_FAILURES": "10", "LIMIT_ACCOUNT_FAILURES": "15", "LIMIT_READS": "30000"}
MIB = 2**20


def report(*lines: object) -> None:
    """Seen with -s, as make fuzz runs them."""
    sys.stdout.write("".join(f"{line}\n" for line in lines))


def test_a_flood_of_log_ins(processes: Processes) -> None:
    """From one address, from many, and into one account: few passwords are checked, and others are served."""
    make_user("ana")
    server = WebServer(processes, LOG_LEVEL="ERROR", PROXY_COUNT="1", **LIMITS)
    before = server.memory()

    def attempt(number: int) -> int:
        # A third from one address, a third from many of a network of version 6, a third from many.
        address = ("203.0.113.9", f"2001:db8::{number:x}", f"198.18.{number // 250 % 250}.{number % 250}")[number % 3]
        body = {"username": ("ana", f"user-{number}")[number % 2], "password": "wrong"}
        headers = {"X-Forwarded-For": f"{random.random()}, {address}"}
        return requests.post(f"{server.url}/api/v1/token", json=body, headers=headers, timeout=120).status_code

    with ThreadPoolExecutor(32) as pool:
        answers = Counter(pool.map(attempt, range(450)))
    report(f"{dict(answers)}, memory {(server.memory() - before) / MIB:+.0f} MiB")
    assert set(answers) == {422, 429}
    # One address and one network 20 each, and of the rest 75 with unknown names and 15 with the account.
    assert answers[422] <= 20 + 20 + 75 + 15
    assert Allowance.objects.count() < 1_500
    assert SecurityEvent.objects.count() <= 1_000
    assert requests.get(f"{server.url}/", timeout=120).status_code == 200
    assert server.memory() - before < SMALL


def test_a_flood_of_wrong_tokens_and_addresses(processes: Processes) -> None:
    server = WebServer(processes, LOG_LEVEL="ERROR")
    before = server.memory()

    def attempt(number: int) -> int:
        headers = {"Authorization": f"Token {number:040x}"}
        return requests.get(f"{server.url}/api/v1/events/x-{number}", headers=headers, timeout=120).status_code

    with ThreadPoolExecutor(16) as pool:
        assert Counter(pool.map(attempt, range(2000))) == {401: 2000}
    assert server.memory() - before < SMALL


BOMB = gzip.compress(b"0" * 32 * MIB)
# Lines cost a worker some microseconds each, so files of nothing else are smaller.
FILES = {
    "no line end": b"x" * 32 * MIB,
    "a quote that never ends": b'bib,score\n7,"' + b"\n" * MIB,
    "a billion columns": b"bib,score" + b"," * 32 * MIB,
    "many columns in each line": b"bib,score\n" + (b"7,1" + b"," * 60_000 + b"\n") * 100,
    "nothing but nul": b"\0" * 4 * MIB,
    "line ends": b"bib,score\n" + b"\n" * MIB,
    "compressed": BOMB,
    "archive": b"PK\x03\x04" + b"\0" * MIB,
    "utf-16": "bib,score\n7,61\n".encode("utf-16") * 1000,
    "utf-32": "bib,score\n7,61\n".encode("utf-32") * 1000,
    "latin": "bib,score,name\n7,61,São\n".encode("latin-1") * 1000,
    "surrogates": b"bib,score,name\n7,61,\xed\xa0\x80\n" * 1000,
    "wrong rows": b"bib,score\n" + b"nobody,=1+1\n" * 30_000,
    "huge numbers": b"bib,score\n" + (b"7," + b"9" * 5_000 + b"\n") * 1000,
    "noise": random.Random(1).randbytes(8 * MIB),
    "delimiters": b";,|\t" * 4 * MIB,
    "quotes": b'"' * 4 * MIB,
}


@pytest.fixture
def token(transactional_db: None) -> str:
    owner = make_user("owner")
    event = make_event(slug="race", owner=owner)
    add_entry(event, "7")
    return str(Token.objects.create(user=owner).key)


def test_hostile_files(processes: Processes, token: str) -> None:
    """Each is answered, read by the worker to its end, and told what is wrong with it."""
    server = WebServer(processes, LOG_LEVEL="ERROR")
    processes.start_relay()
    worker = processes.start_worker("--pool", "solo")
    before = server.memory()
    worker_before = _resident(worker.pid)
    for name, content in FILES.items():
        for kind in ("body", "form"):
            address = f"{server.url}/api/v1/events/race/imports?unit=s"
            headers = {"Authorization": f"Token {token}"}
            if kind == "body":
                encoding = {"Content-Type": "text/csv", "Content-Encoding": "gzip"}
                answer = requests.post(address, data=content, headers=headers | encoding, timeout=600)
            else:
                files = {"file": (f"../../{name}\0.csv", content)}
                answer = requests.post(address, files=files, headers=headers, timeout=600)
            assert answer.status_code in (202, 422), (name, kind, answer.text[:300])
    wait_until(
        lambda: not ImportBatch.objects.exclude(state__in=("done", "refused", "stopped")).exists(),
        "all files to be read",
        seconds=600,
    )
    report(*ImportBatch.objects.values_list("file_name", "state", "received", "refusal"))
    grown, worker_grown = server.memory() - before, _resident(worker.pid) - worker_before
    report(f"memory: web {grown / MIB:+.0f} MiB, worker {worker_grown / MIB:+.0f} MiB")
    assert grown < SMALL
    assert worker_grown < 2 * SMALL


def _resident(pid: int) -> int:
    with open(f"/proc/{pid}/statm") as file:  # noqa: PTH123
        return int(file.read().split()[1]) * 4096
