"""Rankings of large events: how long they take against plain SQL on the same PostgreSQL, and how fast they are read.

    python -m benchmarks.rankings [ENTRIES...]        with DATABASE_URL naming a PostgreSQL

The ways take turns, so that whatever else the machine does meets all of them. Milliseconds are the median of the
rounds, and so are the ratios to the floor of the same round.
"""

import statistics
import sys
import time
from collections.abc import Callable, Sequence
from typing import TypeVar

from benchmarks.figures import Figure, print_summary
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
from benchmarks.peak_memory import measure_peak  # noqa: E402
from benchmarks.ranking_reads import YARDSTICK, measure_reads  # noqa: E402

SIZES = (26_410, 100_000, 1_000_000)
ROUNDS = 7
_RANK_AND_STORE = ("rank", "encode", "store")
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
        """Of these steps together."""
        return statistics.median(self._sums(steps))

    def ratio(self, *steps: str) -> float:
        """These steps together, as a multiple of the floor."""
        return statistics.median(
            taken / floor for taken, floor in zip(self._sums(steps), self._taken["floor"], strict=True)
        )

    def _sums(self, steps: Sequence[str]) -> list[float]:
        return [sum(taken) for taken in zip(*(self._taken[step] for step in steps), strict=True)]


def main(sizes: Sequence[int] = SIZES) -> list[Figure]:
    """Measures events of these sizes; the figures are those of the last."""
    figures: list[Figure] = []
    with throwaway_database():
        for entries in sizes:
            figures = _measure(make_large_event(entries), entries)
    return figures


def _measure(event: Event, entries: int) -> list[Figure]:
    times = _take_times(event, entries)
    _forget_ranking(event)
    peak = measure_peak("rank", str(event.pk)) / 1e6
    print(f"peak memory of a process that generates it: {peak:.0f} MB")
    plain_sql.execute("VACUUM ANALYZE")
    ranking = Ranking.objects.filter(event=event).latest("pk")
    reads = measure_reads(ranking.pk, list(event.entries.values_list("pk", flat=True)[:100_000]))
    for name, (p50, p99) in reads.items():
        print(f"read {name:<30} p50 {p50:.2f} ms, p99 {p99:.2f} ms")
    of = f"of {entries:,} entries"
    return [
        Figure(f"rank and store {of}, to the floor", times.ratio(*_RANK_AND_STORE), at_most=1.5),
        Figure(f"generate_event_ranking {of}, to the floor", times.ratio("whole"), at_most=3),
        Figure(f"peak memory {of}", peak, at_most=400, unit="MB"),
        *(
            Figure(f"{name} {of}, p50", p50, at_most=None if name == YARDSTICK else 2, unit="ms")
            for name, (p50, _p99) in reads.items()
        ),
    ]


def _take_times(event: Event, entries: int) -> Times:
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
    _print_times(entries, times)
    print(f"stored: {stored / 1e6:.1f} MB; plain table {plain_sql.stored_bytes('plain_rows') / 1e6:.1f} MB")
    return times


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
    Event.objects.filter(pk=event.pk).update(current_ranking=None, public_ranking=None, ranked_version=None)


def _print_times(entries: int, times: Times) -> None:
    lines = {
        "floor: sorted select, COPY into an unlogged table": ("floor",),
        "INSERT ... SELECT rank() OVER, three indexes": ("plain",),
        "read": ("read",),
        "rank": ("rank",),
        "encode": ("encode",),
        "store": ("store",),
        "rank, encode, store": _RANK_AND_STORE,
        "generate_event_ranking": ("whole",),
    }
    print(f"\n{entries:<10,} entries {'ms':>39} {'times the floor':>17}")
    for name, steps in lines.items():
        print(f"{name:<50} {times.median(*steps):>7,.0f} {times.ratio(*steps):>17.2f}")


if __name__ == "__main__":
    print_summary(main([int(size) for size in sys.argv[1:]] or SIZES))
