"""Rankings of large events: how long they take against plain SQL on the same PostgreSQL, and how fast they are read.

    python -m benchmarks.rankings [ENTRIES...]        with DATABASE_URL naming a PostgreSQL

The ways take turns, so that whatever else the machine does meets all of them; each figure is the median of the rounds.
"""

import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from typing import TypeVar

from benchmarks.setup import start_django, throwaway_database

start_django()

from django.db import transaction  # noqa: E402 (after the set-up)

from apps.events import pages  # noqa: E402
from apps.events.models import Event, Ranking, RankingPage  # noqa: E402
from apps.events.ranking import rank_entries  # noqa: E402
from apps.events.services import generate_event_ranking  # noqa: E402
from apps.events.snapshot import read_input  # noqa: E402
from benchmarks import plain_sql  # noqa: E402
from benchmarks.large_event import make_large_event  # noqa: E402
from benchmarks.ranking_reads import measure_reads  # noqa: E402

SIZES = (26_410, 100_000, 1_000_000)
ROUNDS = 7
T = TypeVar("T")


class Times:
    """Milliseconds by step, one for each round."""

    def __init__(self) -> None:
        self._taken: dict[str, list[float]] = {}

    def take(self, step: str, work: Callable[[], T]) -> T:
        started = time.perf_counter()
        result = work()
        self._taken.setdefault(step, []).append((time.perf_counter() - started) * 1000)
        return result

    def median(self, *steps: str) -> float:
        """Of the rounds' sums of these steps."""
        return statistics.median(map(sum, zip(*(self._taken[step] for step in steps), strict=True)))


def main(sizes: list[int]) -> None:
    with throwaway_database():
        for entries in sizes:
            _measure(make_large_event(entries), entries)


def _measure(event: Event, entries: int) -> None:
    times = Times()
    empty = plain_sql.stored_bytes(RankingPage._meta.db_table)
    prepared = plain_sql.floor_rows(rank_entries(read_input(event.pk)))
    for _round in range(ROUNDS):
        plain_sql.prepare_floor()
        times.take("floor", lambda: plain_sql.run_floor(event.pk, prepared))
        plain_sql.prepare_plain()
        times.take("plain", lambda: plain_sql.run_plain(event.pk))
        _in_steps(event, times)
        _forget_ranking(event)
        times.take("whole", lambda: generate_event_ranking(event.pk))
    stored = (plain_sql.stored_bytes(RankingPage._meta.db_table) - empty) // (2 * ROUNDS)
    _forget_ranking(event)
    child = [sys.executable, "-m", "benchmarks.peak_memory", str(event.pk)]
    peak = int(subprocess.run(child, check=True, capture_output=True, text=True).stdout)
    _print_times(entries, times)
    print(f"stored: {stored / 1e6:.1f} MB; plain table {plain_sql.stored_bytes('plain_rows') / 1e6:.1f} MB")
    print(f"peak memory of a process that generates it: {peak / 1e6:.0f} MB")
    _print_reads(event)


def _in_steps(event: Event, times: Times) -> None:
    """What generate_event_ranking does, one step after the other."""
    data = times.take("read", lambda: read_input(event.pk))
    result = times.take("rank", lambda: rank_entries(data))
    encoded = times.take("encode", lambda: pages.encode(result))
    revision = Ranking.objects.filter(event=event).count() + 1
    ranking = Ranking(event=event, revision=revision, input_version=1, duration_ms=0, rules={}, boards=encoded.boards)

    def store() -> None:
        with transaction.atomic():
            ranking.save()
            pages.write(ranking.pk, encoded)

    times.take("store", store)


def _forget_ranking(event: Event) -> None:
    """Makes the next run store a revision even though nothing has changed."""
    Event.objects.filter(pk=event.pk).update(current_ranking=None, ranked_version=None)


def _print_times(entries: int, times: Times) -> None:
    floor = times.median("floor")
    lines = {
        "floor: sorted select, COPY into an unlogged table": ["floor"],
        "INSERT ... SELECT rank() OVER, three indexes": ["plain"],
        "Placar: read": ["read"],
        "        rank": ["rank"],
        "        encode": ["encode"],
        "        store": ["store"],
        "generate_event_ranking": ["whole"],
    }
    print(f"\n{entries:,} entries {'':<38} ms   times the floor")
    for name, steps in lines.items():
        taken = times.median(*steps)
        print(f"{name:<50} {taken:>7,.0f} {taken / floor:>10.2f}")


def _print_reads(event: Event) -> None:
    ranking = Ranking.objects.filter(event=event).latest("pk")
    ids = list(event.entries.values_list("pk", flat=True)[:100_000])
    for name, (p50, p99) in measure_reads(ranking.pk, ids).items():
        print(f"read {name:<30} p50 {p50:.2f} ms, p99 {p99:.2f} ms")


if __name__ == "__main__":
    main([int(size) for size in sys.argv[1:]] or list(SIZES))
