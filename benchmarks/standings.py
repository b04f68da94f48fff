"""Standings of large seasons: how long they take to compute and to refresh, and how they grow.

    python -m benchmarks.standings [PARTICIPANTS...]        with DATABASE_URL naming a PostgreSQL

Milliseconds are the median of the rounds.
"""

import statistics
import sys
import time
from collections.abc import Callable, Sequence

from benchmarks.figures import Figure, print_summary
from benchmarks.setup import start_django, throwaway_database

start_django()

from apps.rankings import pages  # noqa: E402 (after the set-up)
from apps.rankings.models import Season, StandingsPage  # noqa: E402
from apps.rankings.readers import read_board  # noqa: E402
from apps.rankings.results import read_input, read_sources  # noqa: E402
from apps.rankings.services import refresh_standings  # noqa: E402
from apps.rankings.standings import compute_standings  # noqa: E402
from benchmarks import plain_sql  # noqa: E402
from benchmarks.large_season import EVENTS, make_large_season  # noqa: E402
from benchmarks.peak_memory import measure_peak  # noqa: E402

SIZES = (1_000, 10_000, 50_000)
ROUNDS = 5


def main(sizes: Sequence[int] = SIZES) -> list[Figure]:
    """Measures seasons of these sizes; the figures are those of the last, and of the growth from the one before."""
    computing: dict[int, float] = {}
    figures: list[Figure] = []
    with throwaway_database():
        for participants in sizes:
            season = make_large_season(participants)
            plain_sql.execute("VACUUM ANALYZE")
            computing[participants] = _computing(season, participants)
            figures = _measure(season, participants)
    per_row = [milliseconds / participants * 1000 for participants, milliseconds in computing.items()]
    of = f"of {sizes[-1]:,} participants in {EVENTS} events"
    return [
        Figure(f"compute standings {of}", computing[sizes[-1]], at_most=5_000, unit="ms"),
        Figure("the same for each participant", per_row[-1], unit="us"),
        *(
            Figure(f"time for each of {large:,}, to that of {small:,}", after / before, at_most=1.5)
            for (small, before), (large, after) in zip(
                zip(sizes, per_row, strict=True), list(zip(sizes, per_row, strict=True))[1:], strict=False
            )
        ),
        *figures,
    ]


def _computing(season: Season, participants: int) -> float:
    """Milliseconds of the pure computation."""
    data = read_input(season, read_sources(season), [])
    taken = _median(lambda: compute_standings(data))
    print(f"{participants:>7,} participants: compute {taken:,.0f} ms, {taken / participants * 1000:.1f} us each")
    return taken


def _measure(season: Season, participants: int) -> list[Figure]:
    empty = plain_sql.stored_bytes(StandingsPage._meta.db_table)
    reading = _median(lambda: read_input(season, read_sources(season), []))

    def refresh() -> None:
        Season.objects.filter(pk=season.pk).update(current_standings=None)
        refresh_standings(season.pk)

    whole = _median(refresh)
    stored = (plain_sql.stored_bytes(StandingsPage._meta.db_table) - empty) / ROUNDS / 1e6
    Season.objects.filter(pk=season.pk).update(current_standings=None)
    peak = measure_peak("standings", str(season.pk)) / 1e6
    season.refresh_from_db()
    standings = season.current_standings
    assert standings is not None
    read = _median(lambda: read_board(standings, stop=100))
    one = _median(lambda: pages.lines_of(standings, "overall", [standings.pk]))
    print(f"{participants:>7,} participants: read {reading:,.0f} ms, refresh {whole:,.0f} ms, peak {peak:.0f} MB")
    of = f"of {participants:,} participants in {EVENTS} events"
    return [
        Figure(f"refresh standings {of}, reading and storing included", whole / 1000, at_most=20, unit="s"),
        Figure("of that reading the events' rankings", reading / 1000, unit="s"),
        Figure("peak memory of a process that does it", peak, at_most=700, unit="MB"),
        Figure("stored for each revision", stored, unit="MB"),
        Figure("read: the first 100 lines", read, unit="ms"),
        Figure("read: one participant's line", one, unit="ms"),
    ]


def _median(work: Callable[[], object]) -> float:
    """Milliseconds, the median of the rounds."""
    taken = []
    for _round in range(ROUNDS):
        started = time.perf_counter()
        work()
        taken.append((time.perf_counter() - started) * 1000)
    return statistics.median(taken)


if __name__ == "__main__":
    print_summary(main([int(size) for size in sys.argv[1:]] or SIZES))
