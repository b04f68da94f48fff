"""Columns of a ranking's input for tests."""

from collections.abc import Iterable

import numpy as np

from apps.events.columns import ScoreColumns


def plain_scores(rows: Iterable[tuple[int, int, int]]) -> ScoreColumns:
    """Valid scores without components, given as entry id, attempt and value; achieved in the order of the rows."""
    table = np.array(list(rows), np.int64).reshape(-1, 3)
    return ScoreColumns(
        entry_ids=table[:, 0],
        components=np.zeros(len(table), np.uint8),
        attempts=table[:, 1],
        outcomes=np.zeros(len(table), np.uint8),
        values=table[:, 2],
        achieved=np.arange(len(table)),
    )
