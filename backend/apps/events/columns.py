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


@dataclass(frozen=True, slots=True)
class EntryColumns:
    """An event's entries, one element each, in any order."""

    ids: Ints
    bibs: Bibs  # ASCII, padded with NUL
    standing: Codes  # Entry.Standing
    status: Codes  # Entry.Status
    adjustment: Ints  # smallest unit
    division_set: Ints  # a key of RankingInput.division_sets


@dataclass(frozen=True, slots=True)
class ScoreColumns:
    """An event's current scores, one element each, in any order."""

    entry_ids: Ints
    attempts: Ints
    values: Ints  # smallest unit


@dataclass(frozen=True, slots=True)
class RankingInput:
    """Everything that a ranking depends on, as of one moment."""

    input_version: int
    rules: Rules
    entries: EntryColumns
    scores: ScoreColumns
    division_sets: Mapping[int, Mapping[str, str]]  # id -> {dimension: division}
