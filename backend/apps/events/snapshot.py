"""Reads what a ranking is computed from: an event's rows as columns, all as of one moment."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from django.db import connection, transaction
from numpy.typing import NDArray

from apps.events.columns import BIB_DTYPE, EntryColumns, RankingInput, ScoreColumns
from apps.events.models import DivisionSet, Entry, Event, Score
from apps.events.rules import parse_rules

_BLOCK_ROWS = 20_000

_ENTRY = np.dtype(
    [("id", "i8"), ("bib", BIB_DTYPE), ("standing", "u1"), ("status", "u1"), ("adjustment", "i8"), ("sets", "i8")]
)
_SCORE = np.dtype([("entry", "i8"), ("attempt", "i8"), ("value", "i8")])


def read_input(event_id: int) -> RankingInput:
    """The event's input version, rules, entries, current scores and division sets, from one consistent snapshot.

    Opens a transaction of its own; raises RuntimeError inside another one, whose snapshot would be older or weaker.
    Raises Event.DoesNotExist.
    """
    with _one_snapshot():
        version, rules = Event.objects.values_list("input_version", "rules").get(pk=event_id)
        sets = dict(DivisionSet.objects.filter(event_id=event_id).values_list("id", "values"))
        entries = _rows(_ENTRY_SQL, event_id, _ENTRY)
        scores = _rows(_SCORE_SQL, event_id, _SCORE)
    return RankingInput(
        input_version=version,
        rules=parse_rules(rules),
        entries=EntryColumns(
            ids=entries["id"].copy(),
            bibs=entries["bib"].copy(),
            standing=entries["standing"].copy(),
            status=entries["status"].copy(),
            adjustment=entries["adjustment"].copy(),
            division_set=entries["sets"].copy(),
        ),
        scores=ScoreColumns(
            entry_ids=scores["entry"].copy(), attempts=scores["attempt"].copy(), values=scores["value"].copy()
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


_ENTRY_SQL = (
    "SELECT id, bib, standing, status, adjustment, division_set_id "
    f"FROM {Entry._meta.db_table} WHERE event_id = %s"  # noqa: S608 (a constant)
)
_SCORE_SQL = f"SELECT entry_id, attempt, value FROM {Score._meta.db_table} WHERE event_id = %s AND is_current"  # noqa: S608


def _rows(sql: str, event_id: int, dtype: np.dtype[Any]) -> NDArray[np.void]:
    blocks = [np.empty(0, dtype)]
    with connection.cursor() as cursor:
        cursor.execute(sql, [event_id])
        while block := cursor.fetchmany(_BLOCK_ROWS):
            blocks.append(np.array(block, dtype))
    return np.concatenate(blocks)
