"""The whole way of a task: asked for in a transaction, sent, run, its result stored.

    python -m benchmarks.whole_way        inside of scripts/private_services.py run --durable

Placar (outbox, relay, worker) and Celery as its documentation begins (`.delay()` on commit, classic queue, results in
django-db) take turns with the same cheap job in two worker processes, asked for by one program, one transaction each.
The time is that from the first request to the last result.

What results cost is measured apart, on queues that were filled before: the worker as it is takes turns with one that
writes neither starts nor successes. The time is that from the first job's start to the last one's.
"""

import statistics
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from benchmarks.setup import start_django, throwaway_database

start_django()

from django.db import connection, transaction  # noqa: E402 (after the set-up)

from benchmarks import jobs  # noqa: E402
from benchmarks.figures import Figure, print_summary  # noqa: E402
from benchmarks.plain_celery import run_bench_job_task as plain_task  # noqa: E402
from benchmarks.roles import roles  # noqa: E402
from delivery.outbox import enqueue  # noqa: E402
from tests.processes import Processes, RunningProcess, wait_until  # noqa: E402

ROUNDS = 5
JOBS, PLAIN_JOBS, QUEUED_JOBS = 2_000, 600, 3_000
ROOT = Path(__file__).resolve().parent.parent
_DONE = "SELECT count(*) FROM django_celery_results_taskresult WHERE status = 'SUCCESS'"
_RUN = f"SELECT count(*) FROM {jobs.TABLE} WHERE runs > 0"
_UNSENT = "SELECT count(*) FROM delivery_outboxmessage WHERE sent_at IS NULL"
_SPAN = f"SELECT max(started_at) - min(started_at) FROM {jobs.TABLE}"

Way = Callable[[Processes], float]


def main() -> list[Figure]:
    """Jobs per second."""
    with throwaway_database(), roles() as (processes, _broker):
        jobs.create_table()
        processes.start_relay()
        whole = _compare(processes, "placar", _run_placar, "plain Celery", _run_plain)
        results = _compare(
            processes, "with results", partial(_run_queued, ""), "without", partial(_run_queued, "ignored")
        )
    return [
        Figure("the whole way, times that of plain Celery", whole, at_least=3.5),
        Figure("a worker with results, of one without", results, at_least=0.85),
    ]


def _compare(processes: Processes, name: str, way: Way, other_name: str, other: Way) -> float:
    """Prints both ways' jobs per second; returns the median of the rounds' ratios."""
    rates: list[float] = []
    other_rates: list[float] = []
    print(f"\n{'jobs per second':<16}{name:>14}{other_name:>14}{'ratio':>8}")
    for number in range(1, ROUNDS + 1):
        for is_other in (False, True) if number % 2 else (True, False):
            (other_rates if is_other else rates).append((other if is_other else way)(processes))
        ratio = rates[-1] / other_rates[-1]
        print(f"round {number:<10}{rates[-1]:>14,.0f}{other_rates[-1]:>14,.0f}{ratio:>8.2f}", flush=True)
    return statistics.median(one / another for one, another in zip(rates, other_rates, strict=True))


def _run_placar(processes: Processes) -> float:
    return _run_whole_way(_start_worker(processes, "benchmarks.jobs"), _ask_placar, JOBS)


def _run_plain(processes: Processes) -> float:
    return _run_whole_way(_start_worker(processes, "benchmarks.plain_celery"), _ask_plain, PLAIN_JOBS)


def _run_whole_way(worker: RunningProcess, ask: Callable[[], None], count: int) -> float:
    for _ in range(20):  # what is made at first use
        ask()
    wait_until(partial(_is, 20, _DONE), "the first jobs done")
    _empty()
    started = time.perf_counter()
    for _ in range(count):
        ask()
    wait_until(partial(_is, count, _DONE), "all jobs done")
    taken = time.perf_counter() - started
    worker.stop()
    _empty()
    return count / taken


def _run_queued(results: str, processes: Processes) -> float:
    for _ in range(QUEUED_JOBS):
        _ask_placar()
    wait_until(partial(_is, 0, _UNSENT), "all jobs sent")
    worker = _start_worker(processes, "benchmarks.jobs", BENCH_RESULTS=results)
    wait_until(partial(_is, QUEUED_JOBS, _RUN), "all jobs run")
    worker.stop()
    span = _ask_database(_SPAN)
    _empty()
    return QUEUED_JOBS / span


def _start_worker(processes: Processes, app: str, **environment: str) -> RunningProcess:
    return processes.start_worker("--concurrency", "2", app=app, PYTHONPATH=str(ROOT), **environment)


def _ask_placar() -> None:
    with transaction.atomic():
        enqueue(jobs.JOB, {"job_id": jobs.add_job()})


def _ask_plain() -> None:
    with transaction.atomic():
        transaction.on_commit(partial(plain_task.delay, jobs.add_job()))


def _is(count: int, query: str) -> bool:
    return _ask_database(query) == count


def _ask_database(query: str) -> float:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return float(cursor.fetchone()[0])


def _empty() -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {jobs.TABLE}, delivery_outboxmessage, django_celery_results_taskresult")


if __name__ == "__main__":
    print_summary(main())
