"""The whole way of a task: asked for in a transaction, sent, run, its result stored.

    python -m benchmarks.whole_way        inside of scripts/private_services.py run --durable

Three ways take turns: Placar (outbox, relay, worker), the same with a worker that writes no results, and Celery as its
documentation begins (`.delay()` on commit, classic queue, results in django-db). Each runs the same cheap job in two
worker processes, asked for by one program, one transaction each. The time is that from the first request to the last
result, or to the last effect where there are no results.
"""

import statistics
import sys
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

ROUNDS = 3
JOBS, PLAIN_JOBS = 1_500, 300
ROOT = Path(__file__).resolve().parent.parent
WAYS = ("placar", "no results", "plain")


def main() -> list[Figure]:
    """Jobs per second of the three."""
    with throwaway_database(), roles() as (processes, _broker):
        jobs.create_table()
        processes.start_relay()
        return _measure(processes)


def _measure(processes: Processes) -> list[Figure]:
    rates: dict[str, list[float]] = {way: [] for way in WAYS}
    print(f"\n{'jobs per second':<16}" + "".join(f"{way:>12}" for way in WAYS))
    for number in range(ROUNDS + 1):
        for way in WAYS if number % 2 else reversed(WAYS):
            rate = _run(processes, way)
            if number:  # the first round is for what is made at first use
                rates[way].append(rate)
        if number:
            print(f"round {number:<10}" + "".join(f"{rates[way][-1]:>12,.0f}" for way in WAYS), flush=True)
    print(f"{'median':<16}" + "".join(f"{statistics.median(rates[way]):>12,.0f}" for way in WAYS))
    return [
        Figure("the whole way, times that of plain Celery", _ratio(rates, "placar", "plain"), at_least=3.5),
        Figure("the same with results, of that without", _ratio(rates, "placar", "no results"), at_least=0.85),
    ]


def _ratio(rates: dict[str, list[float]], way: str, other: str) -> float:
    return statistics.median(one / another for one, another in zip(rates[way], rates[other], strict=True))


def _run(processes: Processes, way: str) -> float:
    worker = _start_worker(processes, way)
    count = PLAIN_JOBS if way == "plain" else JOBS
    ask = _ask_plain if way == "plain" else _ask_placar
    done = "SELECT count(*) FROM django_celery_results_taskresult WHERE status = 'SUCCESS'"
    if way == "no results":
        done = f"SELECT count(*) FROM {jobs.TABLE} WHERE runs > 0"
    _one_after_the_other(ask, 20)
    wait_until(partial(_has_count, done, 20), "the first jobs done")
    _empty()
    started = time.perf_counter()
    _one_after_the_other(ask, count)
    wait_until(partial(_has_count, done, count), "all jobs done")
    taken = time.perf_counter() - started
    worker.stop()
    _empty()
    return count / taken


def _start_worker(processes: Processes, way: str) -> RunningProcess:
    application = "benchmarks.plain_celery" if way == "plain" else "benchmarks.jobs"
    environment = {"PYTHONPATH": str(ROOT), "BENCH_RESULTS": "ignored" if way == "no results" else ""}
    worker = processes.start(
        *(sys.executable, "-m", "celery", "-A", application, "worker", "-l", "warning", "--concurrency", "2"),
        extra_environment=environment,
    )
    worker.wait_for_log(" ready.")
    return worker


def _one_after_the_other(ask: Callable[[], None], count: int) -> None:
    for _ in range(count):
        ask()


def _ask_placar() -> None:
    with transaction.atomic():
        enqueue(jobs.JOB, {"job_id": jobs.add_job()})


def _ask_plain() -> None:
    with transaction.atomic():
        transaction.on_commit(partial(plain_task.delay, jobs.add_job()))


def _has_count(query: str, count: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return bool(cursor.fetchone()[0] == count)


def _empty() -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {jobs.TABLE}, delivery_outboxmessage, django_celery_results_taskresult")


if __name__ == "__main__":
    print_summary(main())
