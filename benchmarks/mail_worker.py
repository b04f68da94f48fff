"""Placar's worker, which tells at its end what it took: `celery -A benchmarks.mail_worker worker`.

Each child writes a file into $BENCH_NOTES: its statements, and the most memory that it had, in bytes.
"""

import os
from pathlib import Path
from typing import Any

from celery.signals import worker_process_shutdown
from django.db.backends.signals import connection_created

from config.celery import app

__all__ = ["app"]
statements = 0


def _count(execute: Any, sql: Any, params: Any, many: Any, context: Any) -> Any:
    global statements
    statements += 1
    return execute(sql, params, many, context)


@connection_created.connect
def _watch(connection: Any, **_kwargs: Any) -> None:
    if _count not in connection.execute_wrappers:
        connection.execute_wrappers.append(_count)


@worker_process_shutdown.connect
def _note(**_kwargs: Any) -> None:
    from benchmarks.peak_memory import peak_bytes

    note = Path(os.environ["BENCH_NOTES"]) / str(os.getpid())
    note.write_text(f"{statements} {peak_bytes()}")
