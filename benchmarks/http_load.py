"""Clients that record scores over HTTP as fast as they are answered, each on one connection that stays open."""

import http.client
import json
import random
import threading
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Target:
    """Where the scores go."""

    port: int
    slug: str
    token: str
    bibs: Sequence[str]


def scores_per_second(target: Target, *, clients: int, seconds: float) -> float:
    """How many scores all clients together record in a second. Raises RuntimeError for any answer but 201."""
    counts: list[int] = []
    refusals: list[str] = []
    deadline = time.perf_counter() + seconds
    threads = [
        threading.Thread(target=_record_until, args=(target, deadline, counts, refusals)) for _ in range(clients)
    ]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    taken = time.perf_counter() - started
    if refusals or len(counts) < clients:
        raise RuntimeError(f"a score was not recorded: {refusals[:1] or 'a client has failed'}")
    return sum(counts) / taken


def _record_until(target: Target, deadline: float, counts: list[int], refusals: list[str]) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", target.port, timeout=60)
    count = 0
    while time.perf_counter() < deadline and not refusals:
        body = json.dumps({"bib": random.choice(target.bibs), "value": random.randint(1_200_000, 9_000_000)})
        headers = {
            "Authorization": f"Token {target.token}",
            "Content-Type": "application/json",
            "Idempotency-Key": str(uuid.uuid4()),
        }
        connection.request("POST", f"/api/v1/events/{target.slug}/scores", body, headers)
        response = connection.getresponse()
        answer = response.read()
        if response.status != 201:
            refusals.append(f"{response.status} {answer.decode()}")
        count += 1
    connection.close()
    counts.append(count)
