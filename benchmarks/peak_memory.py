"""python -m benchmarks.peak_memory EVENT_ID: the most memory that a process took to generate a ranking, in bytes."""

import sys
from pathlib import Path

from benchmarks.setup import start_django

start_django()

from apps.events.services import generate_event_ranking  # noqa: E402 (after the set-up)


def peak_bytes() -> int:
    """Of this program. Not getrusage's ru_maxrss, which a program inherits from the one that started it."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:"))


if __name__ == "__main__":
    generate_event_ranking(int(sys.argv[1]))
    print(peak_bytes())
