"""Scores that come in all the while, as from a timing system, and the ranking that they must lead to."""

import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from composed.report import CheckFailed, must, wait_until
from composed.web import Web

ENTRIES = 40
EVENT = "stream"
Row = tuple[int, str, int]  # rank, bib, score


class Stream:
    """Sends scores, one request each. The best of an entry's scores counts, and high wins."""

    def __init__(self, web: Web) -> None:
        self._web = web
        self._best: dict[str, int] = {}
        self._failure: CheckFailed | None = None
        self._random = random.Random(20)
        self.sent = 0

    def prepare(self) -> None:
        """The event and its entries."""
        rules = {"metric": "points", "direction": "high", "attempts": "best"}
        self._web.ask("events", {"slug": EVENT, "name": "Stream", "rules": rules})
        self._web.ask(f"events/{EVENT}/open", method="POST")
        for bib in range(1, ENTRIES + 1):
            self._web.ask(f"events/{EVENT}/entries", {"bib": str(bib), "name": f"Entry {bib}"})

    @contextmanager
    def flowing(self) -> Iterator[None]:
        """Scores come in meanwhile. Raises what kept one of them from being taken: nothing may."""
        stop = threading.Event()
        thread = threading.Thread(target=self._send, args=[stop], daemon=True)
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join()
        if self._failure:
            raise self._failure

    def wait_for(self, count: int) -> None:
        """Until so many more have been taken."""
        wanted = self.sent + count
        wait_until(lambda: self.sent >= wanted or self._failure, f"{count} scores are taken")

    def check_ranking(self) -> None:
        """Every score that was taken is in the ranking, and it is the right one."""
        must(len(self._best) == ENTRIES, "every entry has a score by now")
        scores = sorted(self._best.values(), reverse=True)
        wanted = sorted((scores.index(score) + 1, bib, score) for bib, score in self._best.items())
        wait_until(lambda: self._found() == wanted, f"the ranking after {self.sent} scores")

    def _send(self, stop: threading.Event) -> None:
        try:
            while not stop.is_set():
                bib, value = str(self._random.randint(1, ENTRIES)), self._random.randint(0, 1_000_000)
                self._web.ask(f"events/{EVENT}/scores", {"bib": bib, "value": value}, key=f"gate-{self.sent}")
                self._best[bib] = max(self._best.get(bib, 0), value)
                self.sent += 1
        except CheckFailed as failure:
            self._failure = failure

    def _found(self) -> list[Row]:
        rows: list[dict[str, Any]] = self._web.ask(f"events/{EVENT}/ranking?limit={ENTRIES}")["rows"]
        return sorted((row["rank"], row["bib"], row["score"]) for row in rows if row["rank"])
