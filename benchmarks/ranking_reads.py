"""How fast a stored ranking is read: rows with their entries' bibs, names and divisions; and the revision itself.

Beside them stands a query that asks for nothing: each of the reads makes two or three, so a machine on which that one
is slow is slow at all of them.
"""

import random
import statistics
import time
from collections.abc import Callable

from django.db import connection

from apps.events import pages
from apps.events.models import Ranking
from apps.events.result import OVERALL
from apps.events.row_details import row_details

YARDSTICK = "SELECT 1"

# So many that the caches of a system that takes memory back from idle processes are filled again.
_READS = 2000
_WARM_UP = 500


def measure_reads(ranking_id: int, entry_ids: list[int]) -> dict[str, tuple[float, float]]:
    """Kind of read -> p50 and p99 in milliseconds, with entries taken at random."""
    ways = {
        YARDSTICK: _nothing,
        "the revision itself": _revision,
        "top 100": _top,
        "top 100 of a division": _division_top,
        "one entry's place": _place,
        "around": _around,
    }
    return {name: _percentiles(way, ranking_id, entry_ids) for name, way in ways.items()}


def _nothing(_ranking: Ranking, _entry_id: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        cursor.fetchall()


def _revision(ranking: Ranking, _entry_id: int) -> None:
    Ranking.objects.get(pk=ranking.pk)


def _top(ranking: Ranking, _entry_id: int) -> None:
    row_details(pages.rows(ranking, OVERALL, 0, 100))


def _division_top(ranking: Ranking, _entry_id: int) -> None:
    row_details(pages.rows(ranking, "sex:F", 0, 100))


def _place(ranking: Ranking, entry_id: int) -> None:
    row_details(list(pages.place(ranking, entry_id).values()))


def _around(ranking: Ranking, entry_id: int) -> None:
    row_details(pages.around(ranking, OVERALL, entry_id, 10))


def _percentiles(way: Callable[[Ranking, int], None], ranking_id: int, entry_ids: list[int]) -> tuple[float, float]:
    ranking = Ranking.objects.get(pk=ranking_id)
    chosen = random.Random(1).choices(entry_ids, k=_WARM_UP + _READS)
    taken = []
    for entry_id in chosen:
        started = time.perf_counter()
        way(ranking, entry_id)
        taken.append((time.perf_counter() - started) * 1000)
    parts = statistics.quantiles(taken[_WARM_UP:], n=100)
    return parts[49], parts[98]
