"""What a ranking is: its rows, its boards, and the hash that tells whether two say the same."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from apps.events.columns import BIB_DTYPE, Bibs, Codes, Flags, Ints
from apps.events.rules import Rules

OVERALL = "overall"


@dataclass(frozen=True, slots=True)
class Board:
    """One scoreboard in display order. Its rows are some of the overall rows, in the same order."""

    key: str  # "overall" or dimension and division, as in "sex:M"
    rows: Ints  # index of each row in the result's columns
    rank: Ints  # 0 for the unranked
    tied: Flags  # ranked, and shares its result with another ranked row of this board

    @property
    def dimension(self) -> str:
        """The part of the key before the division; empty for the overall board."""
        return self.key.partition(":")[0] if self.key != OVERALL else ""


@dataclass(frozen=True)
class RankingResult:
    """A ranking: what stands in the overall rows, in display order, and the boards made of them."""

    rules: Rules
    division_sets: Mapping[int, Mapping[str, str]]
    entry_ids: Ints
    bibs: Bibs
    standing: Codes
    status: Codes
    division_set: Ints
    has_score: Flags
    score: Ints  # smallest unit; 0 where there is none
    boards: Sequence[Board]  # overall first, then by dimension and division

    @cached_property
    def content_hash(self) -> str:
        """SHA-256 over all that a reader can see, in hexadecimal. Depends on bibs and never on database ids."""
        return _content_hash(self)


def _content_hash(result: RankingResult) -> str:
    used, row_set = np.unique(result.division_set, return_inverse=True)
    texts = [json.dumps(dict(result.division_sets[int(number)]), sort_keys=True) for number in used]
    canonical = {text: code for code, text in enumerate(sorted(set(texts)))}
    codes = np.array([canonical[text] for text in texts], np.int64)
    head = {
        "rules": result.rules.model_dump(mode="json"),
        "division_sets": sorted(canonical),
        "boards": [(board.key, len(board.rows)) for board in result.boards],
    }
    digest = hashlib.sha256(json.dumps(head, sort_keys=True).encode())
    columns: list[tuple[NDArray[Any], str]] = [
        (result.bibs, BIB_DTYPE.str),
        (codes[row_set], "<i4"),
        (result.standing, "u1"),
        (result.status, "u1"),
        (result.has_score, "?"),
        (result.score, "<i8"),
        *((board.rank, "<i4") for board in result.boards),
    ]
    for column, dtype in columns:
        digest.update(np.ascontiguousarray(column, dtype).data)
    return digest.hexdigest()
