"""What a ranking is: its rows, its boards, and the hash that tells whether two of them say the same."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from apps.events.columns import Bibs, Codes, Flags, Indexes, Ints
from apps.events.entry_results import Detail
from apps.events.rules import Rules

OVERALL = "overall"


@dataclass(frozen=True, slots=True)
class Divisions:
    """The divisions of the overall rows."""

    sets: Sequence[Mapping[str, str]]  # {dimension: division}
    row_set: Ints  # index in `sets` of each row


@dataclass(frozen=True, slots=True)
class Board:
    """One scoreboard in display order. Its rows are some of the overall rows, in the same order."""

    key: str  # "overall" or dimension and division, as in "sex:M"
    rows: Indexes  # of each row in the columns of RankingResult
    rank: Indexes  # 0 for the unranked
    tied: Flags  # ranked, and shares its result with another ranked row of this board
    broken_by: Codes  # the tie-breaker (1 is the first) that tells it from the others of equal result; 0: none needed

    @property
    def dimension(self) -> str:
        """The part of the key before the division; empty for the overall board."""
        return self.key.partition(":")[0] if self.key != OVERALL else ""


@dataclass(frozen=True, slots=True)
class RankingResult:
    """A ranking: the overall rows, one element each in display order, and the boards made of them."""

    entry_ids: Ints
    bibs: Bibs
    standing: Codes
    status: Codes
    has_score: Flags
    score: Ints  # smallest unit; 0 where there is none
    details: Sequence[Detail]  # of the rows, in the order in which they are shown
    boards: Sequence[Board]  # overall first, then by dimension and division
    content_hash: str  # of all that a reader can see


def hash_content(
    rules: Rules,
    columns: Sequence[NDArray[Any]],
    details: Sequence[Detail],
    divisions: Divisions,
    boards: Sequence[Board],
) -> str:
    """SHA-256 in hexadecimal: the same for the same rules, columns of rows, their divisions and ranks.

    Depends on no database id: the rows are known by the column of their bibs.
    """
    texts = [json.dumps(dict(each), sort_keys=True) for each in divisions.sets]
    canonical = {text: code for code, text in enumerate(sorted(set(texts)))}
    codes = np.array([canonical[text] for text in texts], np.int32)
    head = {
        # Without defaults: a rule that is new in a later release makes no new revision of every event.
        "rules": rules.model_dump(mode="json", exclude_defaults=True),
        "division_sets": list(canonical),
        "boards": [(board.key, len(board.rows)) for board in boards],
        "details": [detail.name for detail in details],
    }
    digest = hashlib.sha256(json.dumps(head, sort_keys=True).encode())
    columns = [*columns, *(column for detail in details for column in (detail.known, detail.values))]
    # Whether it is tied follows from all ranks but ordinal ones.
    told = (column for board in boards for column in (board.rank, board.tied, board.broken_by))
    for column in (*columns, codes[divisions.row_set], *told):
        digest.update(np.ascontiguousarray(column, column.dtype.newbyteorder("<")).data)
    return digest.hexdigest()
