"""What a worker's children took, noted at their end into $BENCH_NOTES: the application of the worker imports this."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from celery.signals import worker_process_shutdown
from django.db.backends.signals import connection_created
from django.dispatch import receiver

statements = 0


@dataclass(frozen=True, slots=True)
class Notes:
    """Of all children together, but for the memory, which is that of the largest."""

    statements: int
    peak_bytes: int
    seconds: float  # of the processor


def read_notes(directory: Path) -> Notes:
    """Of the workers that have ended."""
    read = [note.read_text().split() for note in directory.iterdir()]
    return Notes(
        sum(int(one) for one, _peak, _seconds in read),
        max(int(peak) for _one, peak, _seconds in read),
        sum(float(seconds) for _one, _peak, seconds in read),
    )


def _count(execute: Any, sql: Any, params: Any, many: Any, context: Any) -> Any:
    global statements
    statements += 1
    return execute(sql, params, many, context)


@receiver(connection_created)
def _watch(connection: Any, **_kwargs: Any) -> None:
    if _count not in connection.execute_wrappers:
        connection.execute_wrappers.append(_count)


@worker_process_shutdown.connect
def _note(**_kwargs: Any) -> None:
    from benchmarks.peak_memory import peak_bytes

    note = Path(os.environ["BENCH_NOTES"]) / str(os.getpid())
    note.write_text(f"{statements} {peak_bytes()} {sum(os.times()[:2])}")
