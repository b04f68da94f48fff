"""The most memory that a program of its own takes for one piece of work; it prints bytes.

python -m benchmarks.peak_memory rank EVENT_ID
python -m benchmarks.peak_memory pure ENTRIES                   the ranking alone, of an input made in memory
python -m benchmarks.peak_memory standings SEASON_ID
python -m benchmarks.peak_memory command NAME ARGUMENT...      a command of manage.py
"""

import io
import subprocess
import sys
from pathlib import Path

from benchmarks.setup import start_django

start_django()

from django.core.management import call_command  # noqa: E402 (after the set-up)

from apps.events.ranking import rank_entries  # noqa: E402
from apps.events.services import generate_event_ranking  # noqa: E402
from apps.rankings.services import refresh_standings  # noqa: E402
from benchmarks.large_input import make_race  # noqa: E402


def measure_peak(*arguments: str) -> int:
    """Bytes of `python -m benchmarks.peak_memory ARGUMENTS`. Raises CalledProcessError."""
    command = [sys.executable, "-m", "benchmarks.peak_memory", *arguments]
    return int(subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout)


def peak_bytes() -> int:
    """Of this program. Not getrusage's ru_maxrss, which a program inherits from the one that started it."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:"))


def main(kind: str, name: str, *arguments: str) -> None:
    if kind == "rank":
        generate_event_ranking(int(name))
    elif kind == "pure":
        rank_entries(make_race(int(name)))
    elif kind == "standings":
        refresh_standings(int(name))
    else:
        call_command(name, *arguments, stdout=io.StringIO())
    print(peak_bytes())


if __name__ == "__main__":
    main(*sys.argv[1:])
