"""The content hash changes with everything that a reader can see, and with nothing else."""

from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from apps.events.ranking import rank_entries
from apps.events.rules import Rules, Ties
from tests.unit.events.naive_ranking import (
    BIBS,
    DIVISIONS,
    SHOWN,
    VALUES,
    Runner,
    any_rules,
    any_runners,
    naive_boards,
    to_columns,
)


def visible(runners: list[Runner], rules: Rules) -> Any:
    """All that a ranking shows, by its definitions."""
    divisions = {runner.bib: runner.divisions for runner in runners if runner.standing in SHOWN}
    return rules, naive_boards(runners, rules), divisions


def hash_of(runners: list[Runner], rules: Rules) -> str:
    return rank_entries(to_columns(runners, rules)).content_hash


CHANGES = st.one_of(
    st.fixed_dictionaries({"bib": BIBS}),
    st.fixed_dictionaries({"scores": st.lists(VALUES, max_size=4).map(tuple)}),
    st.fixed_dictionaries({"standing": st.integers(0, 3)}),
    st.fixed_dictionaries({"status": st.integers(0, 3)}),
    st.fixed_dictionaries({"adjustment": st.integers(-2, 2)}),
    st.fixed_dictionaries({"divisions": DIVISIONS}),
)


@given(any_runners(min_size=1), any_rules(), CHANGES)
def test_a_changed_entry_changes_the_hash_if_it_shows(
    runners: list[Runner], rules: Rules, change: dict[str, Any]
) -> None:
    changed = [replace(runners[0], **change), *runners[1:]]
    if len({runner.bib for runner in changed}) < len(changed):
        return
    is_same = visible(changed, rules) == visible(runners, rules)
    assert (hash_of(changed, rules) == hash_of(runners, rules)) == is_same


@given(any_runners(), any_rules(), st.sampled_from(Ties))
def test_other_rules_have_another_hash(runners: list[Runner], rules: Rules, ties: Ties) -> None:
    other = rules.model_copy(update={"ties": ties})
    assert (hash_of(runners, other) == hash_of(runners, rules)) == (other == rules)


def test_the_hash_is_the_same_on_every_machine() -> None:
    runners = [Runner("7", (3, 1), divisions={"sex": "F"}), Runner("12", (1,), adjustment=1), Runner("x", status=1)]
    rules = Rules.model_validate({"metric": "points", "direction": "high"})
    assert hash_of(runners, rules) == "2c960c57884727b1bb596dba8cc72c035cc7f286ec685c5ba60452dd48759f49"
