"""How an entry's result comes from its scores, in words."""

from collections.abc import Iterator

import numpy as np

from apps.events.attempts import counting_attempts
from apps.events.columns import ScoreColumns
from apps.events.components import combine_components
from apps.events.entry_results import EntryResults
from apps.events.explained_tie import Compared
from apps.events.measures import Attempts, Combine, Measure
from apps.events.models import Entry, Score
from apps.events.penalty_contest import Cell, unpack_cell
from apps.events.values import format_value

_ATTEMPTS = {
    Attempts.BEST: "the best attempt counts",
    Attempts.FIRST: "the first attempt counts",
    Attempts.LAST: "the last attempt counts",
    Attempts.SUM: "all attempts are added up",
}
_COMBINE = {Combine.SUM: "their sum", Combine.MEAN: "their mean", Combine.BEST: "the best of them"}


def explain_result(compared: Compared, entry: Entry) -> Iterator[str]:
    """The scores of an entry and what the rules make of them."""
    found, index = compared.found, compared.index[entry.pk]
    yield from _why_unranked(entry, found, index)
    if found.contest is not None:
        yield from _explain_contest(found, index)
    elif found.rules.components is not None:
        yield from _explain_components(found, index)
    else:
        yield from _explain_attempts(found, index)
    for name in sorted(found.rules.secondary):
        results = found.measured(name)
        if results.present[index]:
            yield f"Beside it, {name}: {format_value(int(results.score[index]), found.rules.secondary[name])}."
    if entry.adjustment:
        yield f"Adjusted by {_adjustment(entry, found)}: {entry.adjustment_reason}."
    if pending := int(found.pending[index]):
        yield f"Not judged, or not shown, yet: {pending}."


def _why_unranked(entry: Entry, found: EntryResults, index: int) -> Iterator[str]:
    if entry.standing != Entry.Standing.COMPETING:
        yield f"It is {entry.get_standing_display()}, and so takes no rank."
    if entry.status != Entry.Status.FINISHED:
        reason = f" ({entry.status_reason})" if entry.status_reason else ""
        yield f"Its status is {entry.get_status_display()}{reason}, and so it has no rank."
    elif not found.result.present[index]:
        yield "It has no result yet."


def _adjustment(entry: Entry, found: EntryResults) -> str:
    if found.contest is not None:
        return f"{entry.adjustment // found.rules.penalty_rule.unit_ms:+} penalty"
    text = format_value(entry.adjustment, found.rules)
    return text if entry.adjustment < 0 else f"+{text}"


def _explain_contest(found: EntryResults, index: int) -> Iterator[str]:
    assert found.contest is not None  # noqa: S101 (the caller has looked)
    penalty = found.rules.penalty_rule
    for name, packed in zip(found.rules.component_names, found.contest.cells[index].tolist(), strict=True):
        if packed:
            yield f"  {name}: {_cell(unpack_cell(packed), penalty.per_rejected)}"
    solved, total = int(found.contest.solved[index]), int(found.contest.penalty[index])
    yield f"Result: {solved} solved, penalty {total} {penalty.counted_in}; most solved wins, then least penalty."


def _cell(cell: Cell, per_rejected: int) -> str:
    pending = f", {cell.pending} pending" if cell.pending else ""
    if not cell.solved:
        return f"not solved, {cell.attempts} rejected{pending}"
    rejected = cell.attempts - 1
    cost = f"{cell.time} + {rejected} x {per_rejected} = {cell.time + rejected * per_rejected}"
    return f"solved at {cell.time}" + (f" after {rejected} rejected: {cost}" if rejected else "")


def _explain_attempts(found: EntryResults, index: int) -> Iterator[str]:
    of_entry = found.main.group == index
    counting = np.zeros(len(of_entry), np.bool_)
    counting[counting_attempts(found.main, found.rules)] = True
    counts = set(found.main.attempts[of_entry & counting].tolist())
    yield from _attempts(found.data.scores, (found.index == index) & found.is_main, counts, found.rules)
    if found.result.present[index]:
        yield f"Result: {format_value(int(found.result.score[index]), found.rules)}; {_policy(found.rules)}."


def _attempts(
    scores: ScoreColumns, chosen: np.ndarray[tuple[int], np.dtype[np.bool_]], counts: set[int], rules: Measure
) -> Iterator[str]:
    rows = zip(
        scores.attempts[chosen].tolist(), scores.outcomes[chosen].tolist(), scores.values[chosen].tolist(), strict=True
    )
    for attempt, outcome, value in sorted(rows):
        if outcome == Score.Outcome.VALID:
            yield f"  attempt {attempt}: {format_value(value, rules)}" + (", counts" if attempt in counts else "")
        elif outcome == Score.Outcome.REJECTED:
            yield f"  attempt {attempt}: rejected"


def _policy(measure: Measure) -> str:
    if measure.attempts is Attempts.MEAN_OF_BEST:
        return f"the mean of the best {measure.best_k} attempts, compared without rounding"
    return _ATTEMPTS[measure.attempts]


def _explain_components(found: EntryResults, index: int) -> Iterator[str]:
    components = found.rules.components
    assert components is not None  # noqa: S101 (the caller has looked)
    _result, counting = combine_components(found.part_results, components, found.rules.direction)
    present = found.part_results.present.reshape(-1, found.width)[index]
    scores = found.part_results.score.reshape(-1, found.width)[index]
    for number, name in enumerate(components.names):
        if not present[number]:
            yield f"  {name}: no result"
            continue
        dropped = "" if counting[index, number] else ", dropped"
        yield f"  {name}: {format_value(int(scores[number]), found.rules)}{dropped}"
    drops = [f"{count} {word} dropped" for count, word in _drops(components.drop_best, components.drop_worst) if count]
    how = ", ".join([_COMBINE[components.combine], *drops])
    if found.result.present[index]:
        yield f"Result: {format_value(int(found.result.score[index]), found.rules)}; {how}."
    else:
        yield f"{components.least} of {len(components.names)} components need a result."


def _drops(best: int, worst: int) -> list[tuple[int, str]]:
    return [(best, "best"), (worst, "worst")]
