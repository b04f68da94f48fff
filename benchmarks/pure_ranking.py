"""The ranking alone, without a database: how its time and its memory grow with the number of entries.

    python -m benchmarks.pure_ranking [ENTRIES...]

Time is the processor's, and the sizes take turns, so that what else the machine does matters little and meets all of
them. Growth is the time of one size to that of the one before, to how n log n has grown; the median of the rounds.
Beside it stands that of numpy's sort of as many numbers and their collection in that order: it, too, grows faster than
n log n where the numbers do not fit into the processor's caches any more.
"""

import math
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from benchmarks.figures import Figure, print_summary
from benchmarks.setup import start_django

start_django()

from apps.events.ranking import rank_entries  # noqa: E402 (after the set-up)
from benchmarks.large_input import PROBLEMS, make_contest, make_race  # noqa: E402
from benchmarks.peak_memory import measure_peak  # noqa: E402

SIZES = (10_000, 100_000, 1_000_000)
TEAMS = 100_000
ROUNDS = 7
# Small events are ranked again and again for this long, so that one interruption is not all that is measured.
_LEAST_SECONDS = 0.5


def main(sizes: Sequence[int] = SIZES) -> list[Figure]:
    """Measures races of these sizes, and one large contest."""
    inputs = [make_race(size) for size in sizes]
    contest = make_contest(TEAMS)
    numbers = [np.random.default_rng(size).integers(0, size, size) for size in sizes]
    rounds, sorts, contests = [], [], []
    for _round in range(ROUNDS):
        rounds.append([_seconds(partial(rank_entries, data)) for data in inputs])
        sorts.append([_seconds(partial(_sorted, each)) for each in numbers])
        contests.append(_seconds(partial(rank_entries, contest)))
    peaks = [measure_peak("pure", str(size)) / 1e6 for size in sizes]
    _print_table(sizes, rounds, peaks)
    return [
        *_of_size(sizes, rounds, peaks),
        *_growth("growth", sizes, rounds, at_most=1.5),
        *_growth("a sort's growth", sizes, sorts),
        _of_contest(contests),
    ]


def _sorted(numbers: NDArray[np.int64]) -> NDArray[np.int64]:
    return numbers[np.lexsort((numbers,))]


def _seconds(work: Callable[[], object]) -> float:
    """Of the processor, for doing it once."""
    started, count = time.process_time(), 0
    while not count or time.process_time() - started < _LEAST_SECONDS:
        work()
        count += 1
    return (time.process_time() - started) / count


def _of_size(sizes: Sequence[int], rounds: Sequence[Sequence[float]], peaks: Sequence[float]) -> list[Figure]:
    seconds = [statistics.median(taken) for taken in zip(*rounds, strict=True)]
    return [
        *(
            Figure(f"pure ranking of {n:,} entries, a row", s / n * 1e6, unit="us")
            for n, s in zip(sizes, seconds, strict=True)
        ),
        *(Figure(f"peak memory with {n:,} entries", peak, unit="MB") for n, peak in zip(sizes, peaks, strict=True)),
    ]


def _growth(
    name: str, sizes: Sequence[int], rounds: Sequence[Sequence[float]], at_most: float | None = None
) -> list[Figure]:
    figures = []
    for step, (small, large) in enumerate(pairwise(sizes)):
        expected = large * math.log(large) / (small * math.log(small))
        growth = statistics.median(taken[step + 1] / taken[step] / expected for taken in rounds)
        figures.append(Figure(f"{name} from {small:,} to {large:,}, to that of n log n", growth, at_most=at_most))
    return figures


def _of_contest(seconds: Sequence[float]) -> Figure:
    name = f"penalty contest of {TEAMS:,} teams and {PROBLEMS} problems, a row"
    return Figure(name, statistics.median(seconds) / TEAMS * 1e6, unit="us")


def _print_table(sizes: Sequence[int], rounds: Sequence[Sequence[float]], peaks: Sequence[float]) -> None:
    print(f"{'entries':>10} {'ms':>9} {'us a row':>9} {'from':>6} {'to':>6} {'peak MB':>8}")
    for size, taken, peak in zip(sizes, zip(*rounds, strict=True), peaks, strict=True):
        a_row = [seconds / size * 1e6 for seconds in taken]
        us = f"{statistics.median(a_row):>9.2f} {min(a_row):>6.2f} {max(a_row):>6.2f}"
        print(f"{size:>10,} {statistics.median(taken) * 1e3:>9,.1f} {us} {peak:>8,.0f}")


if __name__ == "__main__":
    print_summary(main([int(size) for size in sys.argv[1:]] or SIZES))
