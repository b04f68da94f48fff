"""What the public sees of a frozen event's scores, and in what order the thaw shows the rest. No database, no clock."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from apps.events.columns import Flags, Freeze, Ints, RankingInput, ScoreColumns
from apps.events.entry_results import EntryResults
from apps.events.models import Entry, Score
from apps.events.ranking import rank_entries

Part = tuple[int, int]  # entry id and component, as in Freeze.revealed

_COMPONENTS = 256  # more than there can be: entry and component as one number


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


def reveal_order(data: RankingInput) -> Iterator[list[Part]]:
    """The steps of the thaw: what each of them shows, given that those before it were taken.

    A step is of the lowest line of the public's overall board that has something pending: in a penalty contest its
    first problem in the order of the rules, else all that it has. A problem that the public sees solved is passed
    over, as its board has nothing pending there, unless what is hidden changes its cell.
    """
    while data.freeze is not None and len(parts := hidden_parts(data)):
        step = _lowest(data, parts)
        yield step
        data = replace(data, freeze=replace(data.freeze, revealed=data.freeze.revealed | set(step)))


def hidden_parts(data: RankingInput) -> Ints:
    """Each entry and component of which the public's boards have something pending, as one number, ascending."""
    if data.freeze is None:
        return np.empty(0, np.int64)
    hidden = _hidden(data.scores, data.freeze)
    found = EntryResults(data)
    hidden &= np.isin(data.entries.standing, Entry.SHOWN)[found.index]
    if found.contest is not None:
        hidden &= ~_passed_over(found, EntryResults(hide_frozen(data)))
    return np.unique(_numbers(data.scores)[hidden])


def _passed_over(live: EntryResults, public: EntryResults) -> Flags:
    """Which scores are of a problem of which the public knows all that matters."""
    if live.contest is None or public.contest is None:
        raise TypeError("only a penalty contest has problems")
    before, after = public.contest.cells, live.contest.cells
    is_known = ((before & 1) == 1) & (before == after)
    problem = np.where(live.is_main, live.data.scores.components, 1).astype(np.int64) - 1
    known: Flags = live.is_main & is_known[live.index, problem]
    return known


def _lowest(data: RankingInput, parts: Ints) -> list[Part]:
    """The step that comes next, of the parts that there are."""
    entry_ids, components = np.divmod(parts, _COMPONENTS)
    board = rank_entries(hide_frozen(data)).entry_ids
    lowest = int(board[np.isin(board, entry_ids)][-1])
    mine = components[entry_ids == lowest].tolist()
    return [(lowest, component) for component in (mine[:1] if data.rules.is_penalty_contest else mine)]


def _numbers(scores: ScoreColumns) -> Ints:
    return scores.entry_ids * _COMPONENTS + scores.components


def _hidden(scores: ScoreColumns, freeze: Freeze) -> Flags:
    after = scores.achieved >= freeze.starts
    if not freeze.revealed or not after.any():
        return after
    revealed = np.array([entry_id * _COMPONENTS + component for entry_id, component in freeze.revealed], np.int64)
    return after & ~np.isin(_numbers(scores), revealed)
