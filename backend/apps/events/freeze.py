"""What the public sees of a frozen event's scores. No database, no clock."""

from dataclasses import replace

import numpy as np

from apps.events.columns import Flags, Freeze, RankingInput, ScoreColumns
from apps.events.models import Score


def hide_frozen(data: RankingInput) -> RankingInput:
    """The input as the public may know it: scores achieved after the freeze are pending, without their values.

    The same object if nothing is hidden: then the public's ranking is the live one.
    """
    if data.freeze is None:
        return data
    hidden = _hidden(data.scores, data.freeze)
    if not hidden.any():
        return data
    scores = data.scores
    return replace(
        data,
        scores=replace(
            scores,
            outcomes=np.where(hidden, np.uint8(Score.Outcome.PENDING), scores.outcomes),
            values=np.where(hidden, 0, scores.values),
            achieved=np.where(hidden, data.freeze.starts, scores.achieved),
            # Attempts that count up would tell how many there were before: the hidden ones are all alike.
            attempts=np.where(hidden, 0, scores.attempts),
        ),
    )


def _hidden(scores: ScoreColumns, freeze: Freeze) -> Flags:
    after = scores.achieved >= freeze.starts
    if not freeze.revealed or not after.any():
        return after
    revealed = np.array([entry_id * 256 + component for entry_id, component in sorted(freeze.revealed)], np.int64)
    return after & ~np.isin(scores.entry_ids * 256 + scores.components, revealed)
