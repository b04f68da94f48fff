"""python -m benchmarks.peak_memory EVENT_ID: the most memory that a process took to generate a ranking, in bytes."""

import resource
import sys

from benchmarks.setup import start_django

start_django()

from apps.events.services import generate_event_ranking  # noqa: E402 (after the set-up)

if __name__ == "__main__":
    generate_event_ranking(int(sys.argv[1]))
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)
