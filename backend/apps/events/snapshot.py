"""Reads what a ranking is computed from: an event's rows as columns, all as of one moment."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
from django.db import connection, transaction
from django.db.models import QuerySet
from django.db.models.functions import Coalesce, RPad
from numpy.typing import NDArray

from apps.events.columns import BIB_DTYPE, NO_ORDER, Bibs, EntryColumns, Freeze, RankingInput, ScoreColumns
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
    Coalesce("manual_order", NO_ORDER),
    "division_set_id",
)
_ENTRY = np.dtype(
    [
        ("id", ">i8"),
        ("bib", BIB_DTYPE),
        ("standing", ">i2"),
        ("status", ">i2"),
        ("adjustment", ">i8"),
        ("manual_order", ">i4"),
        ("set", ">i8"),
    ]
)
_SCORE_FIELDS = ("entry_id", "component", "attempt", "outcome", "value", "achieved_at")
_SCORE = np.dtype(
    [
        ("entry", ">i8"),
        ("component", ">i2"),
        ("attempt", ">i4"),
        ("outcome", ">i2"),
        ("value", ">i8"),
        ("achieved", ">i8"),  # microseconds since 2000 UTC
    ]
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_WIRE_EPOCH = (datetime(2000, 1, 1, tzinfo=UTC) - _EPOCH) // _MICROSECOND


def read_input(event_id: int) -> RankingInput:
    """The event's input version, rules, entries, current scores and division sets, from one consistent snapshot.

    Opens a transaction of its own; raises RuntimeError inside another one, whose snapshot could be older.
    Raises Event.DoesNotExist.
    """
    with _one_snapshot():
        event = Event.objects.only("input_version", "rules", "freeze_at", "thawed_at").get(pk=event_id)
        sets = dict(DivisionSet.objects.filter(event_id=event_id).values_list("id", "values"))
        entries = _columns(Entry.objects.filter(event_id=event_id).values_list(*_ENTRY_FIELDS), _ENTRY)
        current = Score.objects.filter(event_id=event_id, is_current=True)
        scores = _columns(current.values_list(*_SCORE_FIELDS), _SCORE)
        freeze = _read_freeze(event)
    return _input(event, entries, scores, sets, freeze)


def read_input_of(event: Event, entry_ids: Sequence[int]) -> RankingInput:
    """The same of a few entries alone, without their divisions: to tell how each came to its result."""
    entries = _columns(Entry.objects.filter(pk__in=entry_ids).values_list(*_ENTRY_FIELDS), _ENTRY)
    current = Score.objects.filter(entry__in=entry_ids, is_current=True)
    scores = _columns(current.values_list(*_SCORE_FIELDS), _SCORE)
    return _input(event, entries, scores, {}, _read_freeze(event))


def _input(
    event: Event,
    entries: Mapping[str, NDArray[Any]],
    scores: Mapping[str, NDArray[Any]],
    sets: Mapping[int, Mapping[str, str]],
    freeze: Freeze | None,
) -> RankingInput:
    return RankingInput(
        input_version=event.input_version,
        rules=parse_rules(event.rules),
        entries=EntryColumns(
            ids=entries["id"],
            bibs=_without_padding(entries["bib"]),
            standing=entries["standing"].astype(np.uint8),
            status=entries["status"].astype(np.uint8),
            adjustment=entries["adjustment"],
            manual_order=entries["manual_order"].astype(np.int64),
            division_set=entries["set"],
        ),
        scores=ScoreColumns(
            entry_ids=scores["entry"],
            components=scores["component"].astype(np.uint8),
            attempts=scores["attempt"].astype(np.int64),
            outcomes=scores["outcome"].astype(np.uint8),
            values=scores["value"],
            achieved=scores["achieved"] + _WIRE_EPOCH,
        ),
        division_sets=sets,
        freeze=freeze,
    )


def microseconds(moment: datetime) -> int:
    """Since 1970 UTC."""
    return (moment - _EPOCH) // _MICROSECOND


def _read_freeze(event: Event) -> Freeze | None:
    """What is hidden from the public, if anything; it does not depend on what time it is."""
    if event.freeze_at is None or event.thawed_at is not None:
        return None
    revealed = event.reveals.values_list("entry", "component")
    return Freeze(starts=microseconds(event.freeze_at), revealed=frozenset(revealed))


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
    # A moment comes as PostgreSQL would send it.
    numbers = (
        tuple(microseconds(each) - _WIRE_EPOCH if isinstance(each, datetime) else each for each in row)
        for row in rows.iterator(chunk_size=_BLOCK_ROWS)
    )
    yield np.fromiter(numbers, dtype)


def _without_padding(bibs: NDArray[np.bytes_]) -> Bibs:
    """PostgreSQL pads with spaces, which no bib contains; numpy pads with NUL."""
    octets = bibs.view(np.uint8)
    octets[octets == ord(" ")] = 0
    return bibs
