"""Reads what a ranking is computed from: an event's rows as columns, all as of one moment."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from django.db import connection, transaction
from django.db.models import QuerySet
from numpy.typing import NDArray

from apps.events.columns import BIB_DTYPE, EntryColumns, RankingInput, ScoreColumns
from apps.events.models import DivisionSet, Entry, Event, Score
from apps.events.rules import parse_rules

_BLOCK_ROWS = 20_000

_ENTRY = np.dtype(
    [
        ("id", "i8"),
        ("bib", BIB_DTYPE),
        ("standing", "u1"),
        ("status", "u1"),
        ("adjustment", "i8"),
        ("division_set_id", "i8"),
    ]
)
_SCORE = np.dtype([("entry_id", "i8"), ("attempt", "i8"), ("value", "i8")])


def read_input(event_id: int) -> RankingInput:
    """The event's input version, rules, entries, current scores and division sets, from one consistent snapshot.

    Opens a transaction of its own; raises RuntimeError inside another one, whose snapshot would be older or weaker.
    Raises Event.DoesNotExist.
    """
    with _one_snapshot():
        version, rules = Event.objects.values_list("input_version", "rules").get(pk=event_id)
        sets = dict(DivisionSet.objects.filter(event_id=event_id).values_list("id", "values"))
        entries = _rows(Entry.objects.filter(event_id=event_id), _ENTRY)
        scores = _rows(Score.objects.filter(event_id=event_id, is_current=True), _SCORE)
    return RankingInput(
        input_version=version,
        rules=parse_rules(rules),
        entries=EntryColumns(
            ids=entries["id"].copy(),
            bibs=entries["bib"].copy(),
            standing=entries["standing"].copy(),
            status=entries["status"].copy(),
            adjustment=entries["adjustment"].copy(),
            division_set=entries["division_set_id"].copy(),
        ),
        scores=ScoreColumns(
            entry_ids=scores["entry_id"].copy(), attempts=scores["attempt"].copy(), values=scores["value"].copy()
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


def _rows(queryset: QuerySet[Any], dtype: np.dtype[Any]) -> NDArray[np.void]:
    rows = queryset.values_list(*(dtype.names or ())).iterator(chunk_size=_BLOCK_ROWS)
    return np.fromiter(rows, dtype)
