"""What the workload leaves in the database: tables of its own, in plain SQL, since Placar knows nothing of them."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from celery import current_task
from django.db import connection

TABLES = {
    # One row for what has happened, however often it ran.
    "chaos_effect": "key text PRIMARY KEY",
    # What an effect that is not guarded well would count twice.
    "chaos_chain": "chain bigint PRIMARY KEY, links int NOT NULL",
    # Every run that was committed.
    "chaos_run": "key text NOT NULL, worker text NOT NULL, at timestamptz NOT NULL DEFAULT clock_timestamp()",
}


@contextmanager
def tables() -> Iterator[None]:
    """Empty tables, gone afterwards."""
    _drop()
    for name, columns in TABLES.items():
        execute(f"CREATE TABLE {name} ({columns})")
    execute("CREATE INDEX ON chaos_run (at)")
    try:
        yield
    finally:
        _drop()


def _drop() -> None:
    for name in TABLES:
        execute(f"DROP TABLE IF EXISTS {name}")


def execute(sql: str, *values: Any) -> int:
    """Returns how many rows were written."""
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return int(cursor.rowcount)


def rows(sql: str, *values: Any) -> list[tuple[Any, ...]]:
    """What the query finds."""
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return list(cursor.fetchall())


def note_run(key: str) -> None:
    """In the transaction of the task's effect."""
    execute("INSERT INTO chaos_run (key, worker) VALUES (%s, %s)", key, current_task.request.hostname)


def is_first(key: str) -> bool:
    """Whether this is the first transaction to leave the effect. Waits for another that is about to."""
    return execute("INSERT INTO chaos_effect VALUES (%s) ON CONFLICT DO NOTHING", key) == 1


def lengthen(chain: int) -> None:
    """Count one more link of the chain."""
    execute(
        "INSERT INTO chaos_chain VALUES (%s, 1) ON CONFLICT (chain) DO UPDATE SET links = chaos_chain.links + 1", chain
    )
