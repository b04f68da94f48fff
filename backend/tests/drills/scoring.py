"""Timing systems that record scores by HTTP all the time, and can send again what they sent before."""

import http.client
import json
import threading
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import cycle

from rest_framework.authtoken.models import Token

from apps.events import pages
from apps.events.models import Entry, Event, Ranking
from tests.factories import add_entry, make_event, make_user
from tests.web_server import HOST

RULES = {"metric": "points", "direction": "high", "attempts": "best"}
TIMEOUT = 30.0
RETRY_SECONDS = 0.2


@dataclass(frozen=True, slots=True)
class Sent:
    """A score as its source keeps it."""

    bib: str
    attempt: int

    @property
    def key(self) -> str:
        return f"gate-{self.bib}-{self.attempt}"

    @property
    def value(self) -> int:
        """Any, and the same for the same score."""
        return (self.attempt * 7919 + int(self.bib) * 104_729) % 1_000_000


class Source:
    """Sends scores of one event at an even pace, each until it is taken."""

    def __init__(self, ports: Sequence[int], slug: str, token: str, bibs: Sequence[str], *, per_second: float) -> None:
        """With several ports, those of web servers that stand for one another: who does not answer is passed over."""
        self._ports = cycle(ports)
        self._path = f"/api/v1/events/{slug}/scores"
        self._headers = {"Authorization": f"Token {token}", "Content-Type": "application/json"}
        self._bibs = bibs
        self._pause = 1 / per_second
        self._is_enough = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._connection: http.client.HTTPConnection | None = None
        self.taken: list[Sent] = []
        self.answers: Counter[int] = Counter()  # 0: no answer
        self._began = time.monotonic()
        self._slowest = (0.0, 0.0)  # seconds that an answer took, and when it came

    @property
    def slowest(self) -> str:
        """How long the slowest answer took, and how long after the source was made it came."""
        taken, moment = self._slowest
        return f"the slowest took {taken:.1f} s ({moment:.0f} s after the source began)"

    def start(self) -> None:
        self._began = time.monotonic()
        self._thread.start()

    def stop(self) -> None:
        """No more after the one under way."""
        self._is_enough.set()
        self._thread.join()

    def send_again(self) -> Counter[int]:
        """All that was ever taken; returns how often it was there (200), and how often recorded anew (201)."""
        return Counter(self._send_until_taken(score) for score in self.taken)

    def _run(self) -> None:
        attempt = 0
        while not self._is_enough.is_set():
            attempt += 1
            for bib in self._bibs:
                if self._is_enough.wait(self._pause):
                    return
                score = Sent(bib, attempt)
                if self._send_until_taken(score):
                    self.taken.append(score)

    def _send_until_taken(self, score: Sent) -> int:
        """Returns the status of the answer; 0 if it was to stop before there was a good one."""
        is_last_try = self._is_enough.is_set()
        while (status := self._send(score)) not in (200, 201):
            if self._is_enough.is_set() and not is_last_try:
                return 0
            time.sleep(RETRY_SECONDS)
        return status

    def _send(self, score: Sent) -> int:
        began = time.monotonic()
        body = json.dumps({"bib": score.bib, "value": score.value, "attempt": score.attempt})
        try:
            if self._connection is None:
                self._connection = http.client.HTTPConnection(HOST, next(self._ports), timeout=TIMEOUT)
            self._connection.request("POST", self._path, body, self._headers | {"Idempotency-Key": score.key})
            answer = self._connection.getresponse()
            answer.read()
            status = answer.status
        except (OSError, http.client.HTTPException):
            self._connection = None
            status = 0
        self.answers[status] += 1
        now = time.monotonic()
        self._slowest = max(self._slowest, (now - began, now - self._began))
        return status


def make_scored_event(port: int, *, entries: int, per_second: float) -> tuple[Event, Source]:
    """An open event of so many entries, and a source of its scores."""
    owner = make_user()
    event = make_event(owner=owner, rules=RULES)
    bibs = [str(number) for number in range(1, entries + 1)]
    for bib in bibs:
        add_entry(event, bib)
    token, _ = Token.objects.get_or_create(user=owner)
    return event, Source([port], event.slug, token.key, bibs, per_second=per_second)


def is_ranked(event: Event) -> bool:
    """Whether its ranking is of all that came in."""
    event.refresh_from_db()
    return event.ranked_version == event.input_version


def check_ranking(event: Event, source: Source) -> int:
    """Its current ranking is that of the scores which its source was told are taken; returns how many lines it has."""
    best: dict[str, int] = {}
    for score in source.taken:
        best[score.bib] = max(best.get(score.bib, 0), score.value)
    event.refresh_from_db()
    assert event.current_ranking is not None
    lines = places(event.current_ranking)
    expected = {bib: (1 + sum(other > value for other in best.values()), value) for bib, value in best.items()}
    assert {bib: line for bib, line in lines.items() if line[1] is not None} == expected
    return len(lines)


def places(ranking: Ranking) -> dict[str, tuple[int | None, int | None]]:
    """Rank and score by bib, over all."""
    bibs = dict(Entry.objects.filter(event=ranking.event_id).values_list("pk", "bib"))
    return {bibs[row.entry_id]: (row.rank, row.score) for row in pages.iter_rows(ranking, pages.board_keys(ranking)[0])}
