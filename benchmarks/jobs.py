"""A worker with one cheap job, on Placar's own application: `celery -A benchmarks.jobs worker`.

The job is one indexed UPDATE. With BENCH_RESULTS=ignored nothing is written of its start and its success, which is all
that such a worker leaves out.
"""

import os
import time
from typing import Any

from celery import shared_task
from django.db import connection, transaction

from config.celery import app

__all__ = ["app"]
JOB = "events.run_bench_job"
TABLE = "bench_job"


def create_table() -> None:
    """Before the first job is asked for."""
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE {TABLE} (id bigserial PRIMARY KEY, runs integer NOT NULL, started_at float8)")


def add_job() -> int:
    """The change that asks for the job; returns its id."""
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {TABLE} (runs) VALUES (0) RETURNING id")
        return int(cursor.fetchone()[0])


@transaction.atomic
def run_bench_job(job_id: int) -> int:
    """The effect. Notes when it began, in seconds of the system's clock."""
    started_at = time.time()
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {TABLE} SET runs = runs + 1, started_at = %s WHERE id = %s", [started_at, job_id])
    return job_id


@shared_task(bind=True, name=JOB, autoretry_for=(Exception,), retry_kwargs={"max_retries": 3, "countdown": 10})
def run_bench_job_task(self: object, job_id: int) -> int:
    return run_bench_job(job_id)


def _write_no_results() -> None:
    from delivery import results
    from delivery.held import active_holds
    from delivery.result_rows import Start

    def ask_for_holds(_fields: Any) -> Start:
        return Start.HOLDS if active_holds() else Start.GO

    vars(results).update(write_start=ask_for_holds, write_state=lambda _fields: True)


if os.environ.get("BENCH_RESULTS") == "ignored":
    app.on_after_finalize.connect(lambda **_kwargs: _write_no_results(), weak=False)
