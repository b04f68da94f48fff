"""Imports of large files by manage.py import_scores: how long they take, and how much memory.

    python -m benchmarks.imports [ROWS...]        with DATABASE_URL naming a PostgreSQL

Each file is imported twice: all of its rows are new, then none. The command runs in a process of its own, so the
seconds include its start and the memory is the most that it ever held.
"""

import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from benchmarks.figures import Figure, print_summary
from benchmarks.setup import start_django, throwaway_database

start_django()

from apps.events.services import change_event_state, create_event  # noqa: E402 (after the set-up)
from benchmarks.peak_memory import measure_peak  # noqa: E402

SIZES = (10_000, 100_000)
RULES = {"metric": "duration", "direction": "low", "divisions": ["sex", "age"]}
OPTIONS = ("--map", "bib=bib,name=name,division=sex,division=age,score=time", "--unit", "s")
AGES = ("18-39", "40-44", "45-49", "50-54", "55-59", "60+")


@dataclass(frozen=True, slots=True)
class Imports:
    """A file imported twice."""

    rows: int
    new: float  # seconds
    again: float
    peak: int  # bytes


def main(sizes: Sequence[int] = SIZES) -> list[Figure]:
    taken: list[Imports] = []
    with throwaway_database(), tempfile.TemporaryDirectory() as directory:
        print(f"{'rows':>10}{'MB':>8}{'new, s':>10}{'again, s':>10}{'peak, MB':>10}")
        for rows in sizes:
            file = Path(directory) / f"{rows}.csv"
            write_file(file, rows)
            taken.append(imports := import_twice(file, rows))
            megabytes = file.stat().st_size / 1e6
            print(
                f"{rows:>10,}{megabytes:>8.1f}{imports.new:>10.1f}{imports.again:>10.1f}{imports.peak / 1e6:>10.0f}",
                flush=True,
            )
    return list(_figures(taken))


def _figures(taken: Sequence[Imports]) -> Iterator[Figure]:
    smallest, largest = taken[0], taken[-1]
    yield Figure(
        f"import of {largest.rows:,} new rows, for each 100,000", 1e5 * largest.new / largest.rows, at_most=20, unit="s"
    )
    yield Figure(
        f"the same {largest.rows:,} rows again, for each 100,000",
        1e5 * largest.again / largest.rows,
        at_most=10,
        unit="s",
    )
    growth = (largest.peak - smallest.peak) / 1e6
    yield Figure(f"more memory for {largest.rows:,} rows than for {smallest.rows:,}", growth, at_most=8, unit="MB")


def import_twice(file: Path, rows: int) -> Imports:
    """Into an event of its own."""
    event = create_event(slug=f"race-{rows}", name="Race", rules=RULES, owner=None)
    change_event_state(event.pk, action="open", by=None)
    (new, first_peak), (again, second_peak) = (import_file(event.slug, file) for _ in range(2))
    return Imports(rows, new, again, max(first_peak, second_peak))


def write_file(file: Path, rows: int) -> None:
    """A race of this many runners, as a timekeeper exports it."""
    random = Random(rows)
    with file.open("w") as out:
        out.write("bib,name,sex,age,time\n")
        for bib in range(1, rows + 1):
            seconds = f"{random.randrange(7_000, 30_000)}.{random.randrange(1000):03}"
            out.write(f"{bib},Runner {bib},{random.choice('FM')},{random.choice(AGES)},{seconds}\n")


def import_file(slug: str, file: Path) -> tuple[float, int]:
    """Seconds and the largest resident set in bytes."""
    started = time.perf_counter()
    peak = measure_peak("command", "import_scores", slug, str(file), *OPTIONS)
    return time.perf_counter() - started, peak


if __name__ == "__main__":
    print_summary(main([int(size) for size in sys.argv[1:]] or SIZES))
