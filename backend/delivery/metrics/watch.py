"""Looks at database and broker again and again, and keeps what was found for whoever scrapes.

So a scrape never waits and costs nothing, however many there are. What cannot be asked for is left out and not shown as
0 or as it was: `placar_source_up` says so.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from threading import Event

from django.db import connection
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from delivery.broker import describe
from delivery.metrics.families import gauge
from delivery.outage import Outage

# After a look this many times as long as it took, so that a large ledger takes a twentieth of a processor at most.
REST = 20
# What was found is shown until it is so many pauses old: a database that hangs must not look as if all were well.
STALE_PAUSES = 4

Look = Callable[[], Iterable[Metric]]


@dataclass(frozen=True, slots=True)
class Found:
    """What one look found."""

    metrics: Sequence[Metric]
    seconds: float  # that it took


@dataclass(slots=True)
class Source:
    """One thing to look at."""

    name: str
    look: Look
    found: Found | None = None
    good_until: float = 0.0  # of time.monotonic()
    outage: Outage = field(init=False)

    def __post_init__(self) -> None:
        self.outage = Outage(f"metrics of {self.name}")

    @property
    def fresh(self) -> Found | None:
        return self.found if time.monotonic() < self.good_until else None


class Watch:
    """Looks at its sources in turn, until stopped."""

    def __init__(self, sources: Sequence[Source], interval: float) -> None:
        self.sources = sources
        self._interval = interval
        self._stopping = Event()

    def run(self) -> None:
        """Returns once it was stopped."""
        pause = 0.0
        while not self._stopping.wait(pause):
            began = time.monotonic()
            for source in self.sources:
                look_at(source)
            took = time.monotonic() - began
            pause = max(self._interval - took, REST * took)
            for source in self.sources:
                source.good_until = time.monotonic() + STALE_PAUSES * (took + pause)
        connection.close()

    def stop(self) -> None:
        self._stopping.set()


def look_at(source: Source) -> None:
    """Note what the source shows now, or that it cannot be asked."""
    began = time.monotonic()
    try:
        metrics = list(source.look())
    except Exception as error:  # whatever it is, the other sources can be told
        source.found = None
        source.outage.begin_or_go_on(describe(error))
        connection.close()
        return
    source.outage.end()
    source.found = Found(metrics, time.monotonic() - began)


class Watched(Collector):
    """What all sources show, for Prometheus' client."""

    def __init__(self, sources: Sequence[Source]) -> None:
        self._sources = sources

    def collect(self) -> Iterator[Metric]:
        fresh = {source.name: source.fresh for source in self._sources}
        yield gauge(
            "placar_source_up",
            "1 where what is measured could be asked for at the last look, else 0 and its metrics are left out.",
            ["source"],
            {(name,): float(found is not None) for name, found in fresh.items()},
        )
        yield gauge(
            "placar_source_look_seconds",
            "How long the last look took.",
            ["source"],
            {(name,): found.seconds for name, found in fresh.items() if found},
        )
        for found in fresh.values():
            if found:
                yield from found.metrics
