"""What must hold of every ranking, whatever its rules: said of the real one alone, without the naive definition."""

import random
from collections.abc import Iterable
from itertools import groupby

from hypothesis import given
from hypothesis import strategies as st

from apps.events.models import Entry
from apps.events.ranking import rank_entries
from apps.events.rules import Ties
from tests.unit.events.naive_columns import ranked, to_boards, to_columns
from tests.unit.events.naive_entrants import COMPETING, SHOWN, only
from tests.unit.events.naive_events import AnyEvent, any_events
from tests.unit.events.naive_ranking import Line


@given(any_events())
def test_the_tie_methods_differ_as_they_are_defined(event: AnyEvent) -> None:
    boards = {ties: ranked(event.entrants, event.rules.model_copy(update={"ties": ties})) for ties in Ties}
    for key, ordinal in boards[Ties.ORDINAL].items():
        ranks = {ties: [line.rank for line in boards[ties][key] if line.rank is not None] for ties in Ties}
        assert ranks[Ties.ORDINAL] == list(range(1, len(ranks[Ties.ORDINAL]) + 1))
        groups = [[number for number, _rank in group] for _rank, group in _runs(ranks[Ties.DENSE])]
        assert ranks[Ties.DENSE] == [number for number, group in enumerate(groups, 1) for _each in group]
        assert ranks[Ties.COMPETITION] == [min(group) for group in groups for _each in group]
        assert ranks[Ties.MODIFIED] == [max(group) for group in groups for _each in group]
        tied = [line.tied for line in ordinal if line.rank is not None]
        assert tied == [len(group) > 1 for group in groups for _each in group]
        for ties in Ties:
            assert [line._replace(rank=None) for line in boards[ties][key]] == [
                line._replace(rank=None) for line in ordinal
            ]


def _runs(ranks: list[int]) -> Iterable[tuple[int, Iterable[tuple[int, int]]]]:
    """(rank, its (number, rank)s), the numbers from 1."""
    return groupby(enumerate(ranks, 1), key=lambda pair: pair[1])


@given(any_events(), st.integers(0, 2**32), st.sampled_from([1, 3, 10**9]))
def test_order_and_ids_of_the_input_do_not_matter(event: AnyEvent, seed: int, step: int) -> None:
    shuffled = list(event.entrants)
    random.Random(seed).shuffle(shuffled)
    first = rank_entries(to_columns(event.entrants, event.rules))
    ids = [10**12 - step * number for number in range(len(shuffled))]
    second = rank_entries(to_columns(shuffled, event.rules, ids))
    assert to_boards(second, event.rules) == to_boards(first, event.rules)
    assert second.content_hash == first.content_hash


@given(any_events())
def test_who_does_not_compete_changes_nothing_for_who_does(event: AnyEvent) -> None:
    without = ranked(only(event.entrants, COMPETING), event.rules)
    for key, lines in ranked(event.entrants, event.rules).items():
        competing = [line for line in lines if line.standing == COMPETING]
        assert list(map(_own, competing)) == list(map(_own, without.get(key, [])))


def _own(line: Line) -> Line:
    """Without a zero that stands there because another has something pending."""
    return line._replace(
        details={name: value for name, value in line.details.items() if (name, value) != ("pending", 0)}
    )


@given(any_events())
def test_who_is_hidden_leaves_no_trace(event: AnyEvent) -> None:
    shown = only(event.entrants, *SHOWN)
    result = rank_entries(to_columns(event.entrants, event.rules))
    ids = [number for number, entrant in enumerate(event.entrants, 1) if entrant.standing in SHOWN]
    without = rank_entries(to_columns(shown, event.rules, ids))
    assert to_boards(result, event.rules) == to_boards(without, event.rules)
    assert result.content_hash == without.content_hash
    assert [detail.name for detail in result.details] == [detail.name for detail in without.details]
    assert sorted(result.entry_ids) == ids
    assert all(len(detail.values) == len(ids) for detail in result.details)


@given(any_events())
def test_a_division_has_the_overall_order(event: AnyEvent) -> None:
    boards = ranked(event.entrants, event.rules)
    divisions = {entrant.bib: entrant.divisions for entrant in event.entrants}
    overall = boards.pop("overall")
    for key, lines in boards.items():
        dimension, _colon, division = key.partition(":")
        members = [line for line in overall if divisions[line.bib].get(dimension) == division]
        assert list(map(_of_entry, lines)) == list(map(_of_entry, members))


def _of_entry(line: Line) -> Line:
    """What does not depend on who else is on the board."""
    return line._replace(rank=None, tied=False, broken_by=None)


@given(any_events())
def test_a_division_ranks_as_if_the_others_were_not_there(event: AnyEvent) -> None:
    """Except for the draw, in which more take part."""
    rules = event.rules.model_copy(
        update={"tie_breakers": [breaker for breaker in event.rules.tie_breakers if breaker.by != "draw"]}
    )
    boards = ranked(event.entrants, rules)
    for key in set(boards) - {"overall"}:
        dimension, _colon, division = key.partition(":")
        members = [entrant for entrant in event.entrants if entrant.divisions.get(dimension) == division]
        assert list(map(_own, boards[key])) == list(map(_own, ranked(members, rules)["overall"]))


@given(any_events())
def test_broken_by_is_where_two_lines_with_an_equal_result_part(event: AnyEvent) -> None:
    """With that many tie-breakers nobody of them shares a rank with another; with one less somebody does."""
    rules = event.rules
    for line in ranked(event.entrants, rules)["overall"]:
        if line.rank is not None:
            needed = line.broken_by or 0
            for count in range(len(rules.tie_breakers)):
                fewer = rules.model_copy(update={"tie_breakers": rules.tie_breakers[:count]})
                (same,) = [each for each in ranked(event.entrants, fewer)["overall"] if each.bib == line.bib]
                assert same.tied == (line.tied or count < needed)


@given(any_events())
def test_who_is_out_tells_nothing_but_what_is_pending_and_who_has_no_result_yet_its_parts(event: AnyEvent) -> None:
    parts = {"pending", *event.rules.component_names, *event.rules.secondary}
    for line in ranked(event.entrants, event.rules)["overall"]:
        if line.status != Entry.Status.FINISHED or line.score is None:
            assert (line.rank, line.tied, line.score, line.broken_by) == (None, False, None, None)
            assert set(line.details) <= (parts if line.status == Entry.Status.FINISHED else {"pending"})
