"""What it costs a request to ask for a ranking, and that a request does not care whether the broker is there.

    python -m benchmarks.requests        inside of scripts/private_services.py run --durable

Two web servers, gunicorn as in the Dockerfile, on one database: Placar, and Placar without its outbox
(benchmarks/recording_only.py). Clients with persistent connections record scores of one event, through the whole API.
Whatever is compared takes turns, a few seconds each.
"""

import socket
import statistics
from collections.abc import Callable
from pathlib import Path

from benchmarks.http_load import Target, scores_per_second
from benchmarks.setup import start_django, throwaway_database

start_django()

from django.contrib.auth.models import User  # noqa: E402 (after the set-up)
from rest_framework.authtoken.models import Token  # noqa: E402

from benchmarks.figures import Figure, print_summary  # noqa: E402
from benchmarks.large_event import make_large_event  # noqa: E402
from benchmarks.roles import roles  # noqa: E402
from tests.broker import Broker  # noqa: E402
from tests.processes import Processes, wait_until  # noqa: E402
from tests.web_server import gunicorn  # noqa: E402

# Short turns and many of them: whatever else the machine does meets both ways.
ROUNDS, SECONDS = 15, 2.0
CLIENTS = 8
ENTRIES = 3_000
ROOT = Path(__file__).resolve().parent.parent

Way = Callable[[], float]


def main() -> list[Figure]:
    """Scores per second: enqueuing against not, alone and with all roles running, and without a broker against with."""
    with throwaway_database(), roles() as (processes, broker):
        return _measure(processes, broker)


def _measure(processes: Processes, broker: Broker) -> list[Figure]:
    event = make_large_event(ENTRIES)
    token = Token.objects.create(user=User.objects.create(username="staff", is_staff=True)).key

    bibs = list(event.entries.values_list("bib", flat=True))

    def serve(application: str) -> Way:
        target = Target(start_server(processes, application), event.slug, token, bibs)
        return lambda: scores_per_second(target, clients=CLIENTS, seconds=SECONDS)

    placar, recording_only = serve("config.wsgi"), serve("benchmarks.recording_only")
    alone = _compare("records and enqueues", placar, "only records", recording_only)
    processes.start_relay()
    processes.start_worker()
    beside = _compare("the same, relay and worker beside", placar, "only records", recording_only)

    def with_broker(verb: str) -> float:
        broker.control(verb)
        return placar()

    stopped = _compare("broker stopped", lambda: with_broker("stop"), "broker running", lambda: with_broker("start"))
    return [
        Figure("a request that enqueues, of the throughput of one that only records", alone, at_least=0.85),
        Figure("the same with relay and worker on the same cores", beside),
        Figure("scores taken with the broker stopped, of those with it running", stopped, at_least=0.95),
    ]


def _compare(name: str, way: Way, other_name: str, other: Way) -> float:
    """Prints both ways' scores per second; returns the median of the rounds' ratios."""
    rates: list[float] = []
    other_rates: list[float] = []
    way(), other()  # unmeasured: connections are made, what is lazy is loaded
    print(f"\n{'scores per second':<20} {name:>36} {other_name:>16} {'ratio':>6}")
    for number in range(1, ROUNDS + 1):
        # Each goes first every second time.
        for is_other in (False, True) if number % 2 else (True, False):
            (other_rates if is_other else rates).append((other if is_other else way)())
        print(f"round {number:<14} {rates[-1]:>36,.0f} {other_rates[-1]:>16,.0f} {rates[-1] / other_rates[-1]:>6.2f}")
    ratio: float = statistics.median(one / another for one, another in zip(rates, other_rates, strict=True))
    print(f"{'median':<20} {statistics.median(rates):>36,.0f} {statistics.median(other_rates):>16,.0f} {ratio:>6.2f}")
    return ratio


def start_server(processes: Processes, application: str) -> int:
    """Start gunicorn; returns its port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    server = processes.start(*gunicorn(application, port, "--workers=2", "--threads=8", f"--pythonpath={ROOT}"))
    wait_until(lambda: server.log.count("Booting worker") == 2 or server.has_ended, "both web workers")
    return port


if __name__ == "__main__":
    print_summary(main())
