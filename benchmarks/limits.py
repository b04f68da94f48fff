"""What the limit of requests costs who records scores, beside two other ways to count for all processes together.

    python -m benchmarks.limits        inside of scripts/private_services.py run --durable

Web servers as in benchmarks/requests.py, taking turns: without a limit; with the limit of a deployment, of which each
process takes a hundredth at a time; with a statement for each request; and Django REST framework's own throttle on
Django's cache in the database, which rewrites the whole history of the user with each request.
"""

import statistics

from benchmarks.http_load import Target, scores_per_second
from benchmarks.setup import start_django, throwaway_database

start_django()

from django.contrib.auth.models import User  # noqa: E402 (after the set-up)
from django.core.management import call_command  # noqa: E402
from rest_framework.authtoken.models import Token  # noqa: E402

from benchmarks.figures import Figure, print_summary  # noqa: E402
from benchmarks.large_event import make_large_event  # noqa: E402
from benchmarks.requests import start_server  # noqa: E402
from benchmarks.roles import roles  # noqa: E402

ROUNDS, SECONDS, CLIENTS, ENTRIES = 7, 2.0, 8, 3_000
CACHE_TABLE = "benchmark_cache"  # of benchmarks.counting_by_library
WAYS = {
    "without": "config.wsgi",
    "in parts": "benchmarks.counting",
    "each": "benchmarks.counting_each",
    "library": "benchmarks.counting_by_library",
}


def main() -> list[Figure]:
    """Scores per second of each way, of those without a limit."""
    with throwaway_database(), roles() as (processes, _broker):
        call_command("createcachetable", CACHE_TABLE, verbosity=0)
        event = make_large_event(ENTRIES)
        token = Token.objects.create(user=User.objects.create(username="staff", is_staff=True)).key
        bibs = list(event.entries.values_list("bib", flat=True))
        targets = {
            name: Target(start_server(processes, application), event.slug, token, bibs)
            for name, application in WAYS.items()
        }
        rates: dict[str, list[float]] = {name: [] for name in WAYS}
        print("scores per second", *(f"{name:>10}" for name in WAYS))
        for number in range(ROUNDS + 1):
            # Each goes first in turn; the first round is unmeasured: what is lazy is loaded.
            order = [*WAYS][number % len(WAYS) :] + [*WAYS][: number % len(WAYS)]
            found = {name: scores_per_second(targets[name], clients=CLIENTS, seconds=SECONDS) for name in order}
            if number:
                print(f"round {number:<11}", *(f"{found[name]:>10,.0f}" for name in WAYS), flush=True)
                for name in WAYS:
                    rates[name].append(found[name])
        shares = {
            name: statistics.median(one / none for one, none in zip(rates[name], rates["without"], strict=True))
            for name in WAYS
        }
        return [
            Figure("scores taken with a limit, of those without one", shares["in parts"], at_least=0.95),
            Figure("the same with a statement for each request", shares["each"]),
            Figure("the same with the library's throttle and Django's cache in the database", shares["library"]),
        ]


if __name__ == "__main__":
    print_summary(main())
