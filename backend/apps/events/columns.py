"""The columns that a ranking is computed from. One array per field: a large event is never held as objects."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from apps.events.rules import Rules

Ints = NDArray[np.int64]
Indexes = NDArray[np.int32]  # and ranks
Flags = NDArray[np.bool_]
Codes = NDArray[np.uint8]
Bibs = NDArray[np.bytes_]

BIB_DTYPE = np.dtype("S23")
NO_ORDER = -1  # of an entry that the organisers gave no place in their manual order


@dataclass(frozen=True, slots=True)
class EntryColumns:
    """An event's entries, one element each, in any order."""

    ids: Ints
    bibs: Bibs  # ASCII, padded with NUL
    standing: Codes  # Entry.Standing
    status: Codes  # Entry.Status
    adjustment: Ints  # smallest unit
    manual_order: Ints  # or NO_ORDER
    division_set: Ints  # a key of RankingInput.division_sets


@dataclass(frozen=True, slots=True)
class ScoreColumns:
    """An event's current scores, one element each, in any order."""

    entry_ids: Ints
    components: Codes  # of Rules.codes
    attempts: Ints
    outcomes: Codes  # Score.Outcome
    values: Ints  # smallest unit; means nothing unless the outcome is valid
    achieved: Ints  # microseconds since 1970 UTC


@dataclass(frozen=True, slots=True)
class Freeze:
    """What of an event's scores the public does not see yet."""

    starts: int  # microseconds since 1970 UTC: scores from then on are pending
    revealed: frozenset[tuple[int, int]]  # entry id and component that are shown nevertheless


@dataclass(frozen=True, slots=True)
class RankingInput:
    """Everything that a ranking depends on, as of one moment."""

    input_version: int
    rules: Rules
    entries: EntryColumns
    scores: ScoreColumns
    division_sets: Mapping[int, Mapping[str, str]]  # id -> {dimension: division}
    freeze: Freeze | None = None  # None: everybody may see everything
