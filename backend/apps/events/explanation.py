"""Why an entry has its place, in words."""

from collections.abc import Iterator, Mapping

from apps.events import pages
from apps.events.explained_result import explain_result
from apps.events.explained_tie import Compared, explain_against
from apps.events.models import Entry, Event, Ranking
from apps.events.ranking_lines import Line, count_lines, entries_gone, read_lines
from apps.events.result import OVERALL
from apps.events.rules import Ties, parse_rules
from apps.events.scoreboard.divisions import board_title

_TIES = {
    Ties.COMPETITION: "equals share a rank, and as many ranks after it are left out (1 2 2 4)",
    Ties.MODIFIED: "equals share the last of their ranks (1 3 3 4)",
    Ties.DENSE: "equals share a rank, and none is left out (1 2 2 3)",
    Ties.ORDINAL: "equals are put in the order of their bibs (1 2 3 4)",
}


def explain_place(event: Event, ranking: Ranking, entry: Entry) -> Iterator[str]:
    """Why an entry stands where it does in one of the event's present rankings, as lines of text."""
    rows = pages.place(ranking, entry.pk)
    lines = dict(zip(rows, read_lines(ranking, list(rows.values())), strict=False))
    overall = lines.get(OVERALL)
    near = pages.around(ranking, OVERALL, entry.pk, 1) if overall and overall.rank is not None else []
    compared = Compared(event, ranking, [entry.pk, *(row.entry_id for row in near)])
    yield _which(event, ranking)
    yield f"Bib {entry.bib}, {entry.participant.name}: {_places(event, ranking, lines)}"
    yield from explain_result(compared, entry)
    if overall is not None and near:
        ids = {row.position: row.entry_id for row in near}
        others = {ids[line.position]: line for line in read_lines(ranking, near)}
        yield from _among_others(compared, entry.pk, overall, others)
        if rows[OVERALL].tied:
            ties = parse_rules(ranking.rules).ties
            yield f"It is equal with another one in everything that the rules compare: {_TIES[ties]}."


def _which(event: Event, ranking: Ranking) -> str:
    text = f"{event.name}, {ranking.get_variant_display().lower()} revision {ranking.revision}"
    # Of a frozen event nobody is told: it may be a score that the public is not to know of.
    is_told = ranking.variant == Ranking.Variant.LIVE or not event.is_frozen
    if is_told and event.ranked_version != event.input_version:
        return f"{text}. Something has changed since: a newer ranking is on its way, and this may not fit."
    return f"{text}."


def _places(event: Event, ranking: Ranking, lines: Mapping[str, Line]) -> str:
    if not lines:
        return "it is on no board of this ranking."
    gone = entries_gone(event, ranking)
    ranked = [
        f"{line.shown_rank} of {count_lines(ranking, board, gone).ranked} {_on(board)}"
        for board, line in lines.items()
        if line.rank is not None
    ]
    return f"rank {', '.join(ranked)}." if ranked else "no rank."


def _on(board: str) -> str:
    return "overall" if board == OVERALL else f"in {board_title(board)}"


def _among_others(compared: Compared, entry_id: int, line: Line, others: Mapping[int, Line]) -> Iterator[str]:
    ranked = {other_id: other for other_id, other in others.items() if other.rank is not None and other_id != entry_id}
    if not any(other.position < line.position for other in ranked.values()):
        yield "Nobody is ahead."
    for other_id, other in ranked.items():
        where = "ahead" if other.position < line.position else "behind"
        yield f"Next {where}: {explain_against(compared, entry_id, other_id, other)}"
