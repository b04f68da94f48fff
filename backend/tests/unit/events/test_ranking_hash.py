"""The content hash changes with everything that a reader can see, and with nothing else."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from apps.events.ranking import rank_entries
from apps.events.rules import Rules, Ties
from tests.unit.events.naive_columns import to_columns
from tests.unit.events.naive_entrants import SHOWN, Entrant, only, runner
from tests.unit.events.naive_events import BIBS, DIVISIONS, MANUAL, AnyEvent, any_events, any_marks
from tests.unit.events.naive_ranking import naive_boards


def visible(entrants: Sequence[Entrant], rules: Rules) -> Any:
    """All that a ranking shows, by its definitions."""
    divisions = {entrant.bib: entrant.divisions for entrant in only(entrants, *SHOWN)}
    return rules, naive_boards(entrants, rules), divisions


def hash_of(entrants: Sequence[Entrant], rules: Rules) -> str:
    return rank_entries(to_columns(entrants, rules)).content_hash


def changes(rules: Rules) -> st.SearchStrategy[dict[str, Any]]:
    """Of one entrant."""
    return st.one_of(
        st.fixed_dictionaries({"bib": BIBS}),
        st.fixed_dictionaries({"marks": any_marks(rules)}),
        st.fixed_dictionaries({"standing": st.integers(0, 3)}),
        st.fixed_dictionaries({"status": st.integers(0, 3)}),
        st.fixed_dictionaries({"adjustment": st.integers(-2, 2)}),
        st.fixed_dictionaries({"manual": MANUAL}),
        st.fixed_dictionaries({"divisions": DIVISIONS}),
    )


@given(st.data(), any_events(min_size=1))
def test_a_changed_entry_changes_the_hash_if_it_shows(data: st.DataObject, event: AnyEvent) -> None:
    change = data.draw(changes(event.rules))
    changed = [replace(event.entrants[0], **change), *event.entrants[1:]]
    if len({entrant.bib for entrant in changed}) < len(changed):
        return
    is_same = visible(changed, event.rules) == visible(event.entrants, event.rules)
    assert (hash_of(changed, event.rules) == hash_of(event.entrants, event.rules)) == is_same


@given(any_events(), st.sampled_from(Ties))
def test_other_rules_have_another_hash(event: AnyEvent, ties: Ties) -> None:
    other = event.rules.model_copy(update={"ties": ties})
    assert (hash_of(event.entrants, other) == hash_of(event.entrants, event.rules)) == (other == event.rules)


def test_a_tie_that_ordinal_ranks_do_not_show_is_in_the_hash() -> None:
    rules = Rules.model_validate(
        {"metric": "points", "direction": "high", "ties": "ordinal", "attempts": "mean_of_best", "best_k": 3}
    )
    first = runner("1", 2, 2, 3)
    # Shown as 2, both of them, and not the same.
    assert hash_of([first, runner("2", 2, 2, 3)], rules) != hash_of([first, runner("2", 2, 2, 2)], rules)


def test_the_hash_is_the_same_on_every_machine() -> None:
    runners = [
        replace(runner("7", 3, 1), divisions={"sex": "F"}),
        runner("12", 1, adjustment=1),
        runner("x", None, status=1),
    ]
    rules = Rules.model_validate({"metric": "points", "direction": "high", "tie_breakers": [{"by": "achieved"}]})
    assert hash_of(runners, rules) == "b9718aa006354de8836ff52578ec1412b3001adce7d4d6a63c1f247fc1caa298"
