"""Reads what a ranking is computed from: an event's rows as columns, all as of one moment."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from django.db import connection, transaction
from django.db.models import QuerySet
from django.db.models.functions import RPad
from numpy.typing import NDArray

from apps.events.columns import BIB_DTYPE, Bibs, EntryColumns, RankingInput, ScoreColumns
from apps.events.copy_out import copy_out
from apps.events.models import DivisionSet, Entry, Event, Score
from apps.events.rules import parse_rules

_BLOCK_ROWS = 10_000
_Rows = QuerySet[Any, tuple[Any, ...]]

# What is read of each row. The widths are those of PostgreSQL's columns, big-endian as it sends them.
_ENTRY_FIELDS = (
    "id",
    RPad("bib", BIB_DTYPE.itemsize),  # all of one width, so that every row is
    "standing",
    "status",
    "adjustment",
    "division_set_id",
)
_ENTRY = np.dtype(
    [("id", ">i8"), ("bib", BIB_DTYPE), ("standing", ">i2"), ("status", ">i2"), ("adjustment", ">i8"), ("set", ">i8")]
)
_SCORE_FIELDS = ("entry_id", "attempt", "value")
_SCORE = np.dtype([("entry", ">i8"), ("attempt", ">i4"), ("value", ">i8")])


def read_input(event_id: int) -> RankingInput:
    """The event's input version, rules, entries, current scores and division sets, from one consistent snapshot.

    Opens a transaction of its own; raises RuntimeError inside another one, whose snapshot could be older.
    Raises Event.DoesNotExist.
    """
    with _one_snapshot():
        version, rules = Event.objects.values_list("input_version", "rules").get(pk=event_id)
        sets = dict(DivisionSet.objects.filter(event_id=event_id).values_list("id", "values"))
        entries = _columns(Entry.objects.filter(event_id=event_id).values_list(*_ENTRY_FIELDS), _ENTRY)
        current = Score.objects.filter(event_id=event_id, is_current=True)
        scores = _columns(current.values_list(*_SCORE_FIELDS), _SCORE)
    return RankingInput(
        input_version=version,
        rules=parse_rules(rules),
        entries=EntryColumns(
            ids=entries["id"],
            bibs=_without_padding(entries["bib"]),
            standing=entries["standing"].astype(np.uint8),
            status=entries["status"].astype(np.uint8),
            adjustment=entries["adjustment"],
            division_set=entries["set"],
        ),
        scores=ScoreColumns(
            entry_ids=scores["entry"], attempts=scores["attempt"].astype(np.int64), values=scores["value"]
        ),
        division_sets=sets,
    )


@contextmanager
def _one_snapshot() -> Iterator[None]:
    if connection.in_atomic_block:
        raise RuntimeError("a ranking's input must be read outside of any other transaction")
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        yield


def _columns(rows: _Rows, dtype: np.dtype[Any]) -> dict[str, NDArray[Any]]:
    names = dtype.names or ()
    blocks = copy_out(rows.query, dtype) if connection.vendor == "postgresql" else _fetched(rows, dtype)
    # Column by column in the machine's own byte order, so that no block stays in memory.
    parts = [{name: block[name].astype(dtype[name].newbyteorder("=")) for name in names} for block in blocks]
    return {name: np.concatenate([part.pop(name) for part in parts]) for name in names}


def _fetched(rows: _Rows, dtype: np.dtype[Any]) -> Iterator[NDArray[np.void]]:
    yield np.fromiter(rows.iterator(chunk_size=_BLOCK_ROWS), dtype)


def _without_padding(bibs: NDArray[np.bytes_]) -> Bibs:
    """PostgreSQL pads with spaces, which no bib contains; numpy pads with NUL."""
    octets = bibs.view(np.uint8)
    octets[octets == ord(" ")] = 0
    return bibs
