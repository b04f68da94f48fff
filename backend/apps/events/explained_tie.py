"""What tells one entry from another, in words."""

from collections.abc import Sequence

import numpy as np

from apps.events.entry_results import EntryResults
from apps.events.freeze import hide_frozen
from apps.events.line_details import describe_breaker, view_detail
from apps.events.models import Event, Ranking
from apps.events.ranking_lines import Line
from apps.events.snapshot import read_input_of
from apps.events.tie_breakers import make_key


class Compared:
    """Some entries of an event with their results as one of its present rankings knows them."""

    def __init__(self, event: Event, ranking: Ranking, entry_ids: Sequence[int]) -> None:
        data = read_input_of(event, entry_ids)
        self.ranking = ranking
        self.found = EntryResults(hide_frozen(data) if ranking.variant == Ranking.Variant.PUBLIC else data)
        self.index = {int(entry_id): number for number, entry_id in enumerate(data.entries.ids)}


def explain_against(compared: Compared, entry_id: int, other_id: int, other: Line) -> str:
    """How another entry stands to one, and by what a tie between them was broken."""
    who = f"bib {other.bib}, {other.name}, rank {other.shown_rank} with {result_text(other)}"
    found, mine, theirs = compared.found, compared.index[entry_id], compared.index[other_id]
    if found.order[mine] != found.order[theirs]:
        return f"{who}."
    all_tied = np.ones(found.count, np.bool_)
    for breaker in found.rules.tie_breakers:
        key = make_key(breaker, found, all_tied)
        if key.order[mine] != key.order[theirs]:
            texts = [
                view_detail(key.detail.name, int(key.detail.values[each]), found.rules).text
                if key.detail.known[each]
                else "none"
                for each in (mine, theirs)
            ]
            words = describe_breaker(breaker, found.rules)
            return f"{who}. The results are equal; {words} decides: {texts[0]} against {texts[1]}."
    return f"{who}. The results are equal, and so is everything that could break the tie."


def result_text(line: Line) -> str:
    """The result as a person says it: of a penalty contest with its penalty."""
    penalty = line.details.get("penalty")
    return f"{line.score_text} solved, penalty {penalty.text}" if penalty else line.score_text
