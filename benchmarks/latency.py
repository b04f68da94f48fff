"""How long a task waits: from the commit that asks for it to its first statement.

    python -m benchmarks.latency        inside of scripts/private_services.py run --durable

Jobs are asked for at a steady pace, one transaction each, with relay and worker running. With NOTIFY the relay is woken
by the commit; without, as after a lost notification, the next look of its poll finds the row. The two take turns.
"""

import statistics
import time
from functools import partial
from pathlib import Path

from benchmarks.setup import start_django, throwaway_database

start_django()

from django.db import connection, transaction  # noqa: E402 (after the set-up)

from benchmarks import jobs  # noqa: E402
from benchmarks.figures import Figure, print_summary  # noqa: E402
from benchmarks.roles import roles  # noqa: E402
from delivery.models import OutboxMessage  # noqa: E402
from delivery.outbox import enqueue  # noqa: E402
from tests.processes import wait_until  # noqa: E402

PER_SECOND = 20
ROUNDS, JOBS = 6, 200
POLL_SECONDS = "0.1"
ROOT = Path(__file__).resolve().parent.parent


def main() -> list[Figure]:
    """Milliseconds, p50 and p99 of all rounds."""
    with throwaway_database(), roles() as (processes, _broker):
        jobs.create_table()
        processes.start_relay("--poll", POLL_SECONDS)
        processes.start_worker("--concurrency", "2", app="benchmarks.jobs", PYTHONPATH=str(ROOT))
        return _measure()


def _measure() -> list[Figure]:
    waits: dict[bool, list[float]] = {True: [], False: []}
    _run(20, notifies=True)
    print(f"\n{'milliseconds':<16}{'NOTIFY p50':>12}{'p99':>8}{'poll p50':>12}{'p99':>8}")
    for number in range(1, ROUNDS + 1):
        taken = {notifies: _run(JOBS, notifies=notifies) for notifies in (True, False)}
        for notifies, found in taken.items():
            waits[notifies] += found
        _print(f"round {number}", taken)
    _print("all", waits)
    (median, high), (poll_median, poll_high) = (_percentiles(waits[notifies]) for notifies in (True, False))
    return [
        Figure(f"from commit to start at {PER_SECOND} a second, p50", median, at_most=6, unit="ms"),
        Figure("the same, p99", high, at_most=15, unit="ms"),
        Figure(f"without NOTIFY, looking every {POLL_SECONDS} s, p50", poll_median, unit="ms"),
        Figure("the same, p99", poll_high, unit="ms"),
    ]


def _print(name: str, waits: dict[bool, list[float]]) -> None:
    (median, high), (poll_median, poll_high) = (_percentiles(waits[notifies]) for notifies in (True, False))
    print(f"{name:<16}{median:>12.1f}{high:>8.1f}{poll_median:>12.1f}{poll_high:>8.1f}", flush=True)


def _percentiles(waits: list[float]) -> tuple[float, float]:
    hundredths = statistics.quantiles(waits, n=100)
    return hundredths[49], hundredths[98]


def _run(count: int, *, notifies: bool) -> list[float]:
    """The waits of so many jobs in milliseconds."""
    committed: dict[int, float] = {}
    next_at = time.time()
    for _ in range(count):
        next_at += 1 / PER_SECOND
        time.sleep(max(0.0, next_at - time.time()))
        with transaction.atomic():
            job = jobs.add_job()
            if notifies:
                enqueue(jobs.JOB, {"job_id": job})
            else:
                OutboxMessage.objects.create(task_name=jobs.JOB, kwargs={"job_id": job})
        committed[job] = time.time()
    wait_until(partial(_are_started, count), "all jobs started")
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT id, started_at FROM {jobs.TABLE}")
        waits = [1000 * (started_at - committed[job]) for job, started_at in cursor.fetchall()]
        cursor.execute(f"TRUNCATE {jobs.TABLE}")
    return waits


def _are_started(count: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {jobs.TABLE} WHERE runs > 0")
        return bool(cursor.fetchone()[0] == count)


if __name__ == "__main__":
    print_summary(main())
