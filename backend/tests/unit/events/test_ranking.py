"""The ranking against its definitions, and what must not matter to it."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.errors import InvalidInput
from apps.events.attempts import MAX_ATTEMPTS
from apps.events.measures import Attempts, Direction, Metric
from apps.events.models import Entry
from apps.events.ranking import rank_entries
from apps.events.rules import Rules, Ties
from apps.events.values import LARGEST_VALUE
from tests.unit.events.naive_ranking import (
    OUT,
    SHOWN,
    Boards,
    Line,
    Runner,
    any_rules,
    any_runners,
    naive_boards,
    to_boards,
    to_columns,
)

FINISHED, HIDDEN = Entry.Status.FINISHED, Entry.Standing.HIDDEN


def ranked(runners: list[Runner], rules: Rules) -> Boards:
    return to_boards(rank_entries(to_columns(runners, rules)))


def race(ties: Ties = Ties.COMPETITION, attempts: Attempts = Attempts.BEST, best_k: int | None = None) -> Rules:
    return Rules(metric=Metric.DURATION, direction=Direction.LOW, ties=ties, attempts=attempts, best_k=best_k)


@given(any_runners(), any_rules())
def test_every_board_is_what_the_definitions_say(runners: list[Runner], rules: Rules) -> None:
    assert ranked(runners, rules) == naive_boards(runners, rules)


@pytest.mark.parametrize(
    ("ties", "ranks"),
    [
        (Ties.COMPETITION, [1, 2, 2, 4]),
        (Ties.MODIFIED, [1, 3, 3, 4]),
        (Ties.DENSE, [1, 2, 2, 3]),
        (Ties.ORDINAL, [1, 2, 3, 4]),
    ],
)
def test_tie_methods_by_their_names(ties: Ties, ranks: list[int]) -> None:
    runners = [Runner("4", (9,)), Runner("30", (7,)), Runner("9", (7,)), Runner("1", (5,))]
    overall = ranked(runners, race(ties))["overall"]
    assert [line.rank for line in overall] == ranks
    assert [line.bib for line in overall] == ["1", "9", "30", "4"]
    assert [line.tied for line in overall] == [False, True, True, False]


@given(any_runners(), any_rules(), st.randoms(use_true_random=False))
def test_order_and_ids_of_the_input_do_not_matter(runners: list[Runner], rules: Rules, random: object) -> None:
    shuffled = list(runners)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    first = rank_entries(to_columns(runners, rules))
    ids = [1_000_000 - 3 * number for number in range(len(runners))]
    second = rank_entries(to_columns(shuffled, rules, ids))
    assert to_boards(second) == to_boards(first)
    assert second.content_hash == first.content_hash


@given(any_runners(), any_rules())
def test_who_does_not_compete_changes_nobodys_rank(runners: list[Runner], rules: Rules) -> None:
    only_competing = [runner for runner in runners if runner.standing == Entry.Standing.COMPETING]
    without = ranked(only_competing, rules)
    for key, lines in ranked(runners, rules).items():
        assert [line for line in lines if line.standing != OUT] == without.get(key, [])


@given(any_runners(), any_rules())
def test_who_is_not_shown_is_on_no_board(runners: list[Runner], rules: Rules) -> None:
    shown = {runner.bib for runner in runners if runner.standing in SHOWN}
    boards = ranked(runners, rules)
    assert {line.bib for line in boards["overall"]} == shown
    assert {line.bib for lines in boards.values() for line in lines} == shown


@given(any_runners(), any_rules())
def test_a_division_has_the_overall_order(runners: list[Runner], rules: Rules) -> None:
    boards = ranked(runners, rules)
    divisions = {runner.bib: runner.divisions for runner in runners}
    overall = [line.bib for line in boards.pop("overall")]
    for key, lines in boards.items():
        dimension, _colon, division = key.partition(":")
        assert [line.bib for line in lines] == [bib for bib in overall if divisions[bib].get(dimension) == division]


def test_out_of_competition_stands_behind_its_equals_without_a_rank() -> None:
    runners = [Runner("1", (7,), standing=OUT), Runner("2", (7,)), Runner("3", (8,)), Runner("4", (6,), standing=OUT)]
    lines = ranked(runners, race())["overall"]
    assert [(line.bib, line.rank, line.score) for line in lines] == [
        ("4", None, 6),
        ("2", 1, 7),
        ("1", None, 7),
        ("3", 2, 8),
    ]
    assert not any(line.tied for line in lines)


def test_the_unranked_follow_by_status_and_show_no_score() -> None:
    runners = [
        Runner("1", (5,), status=Entry.Status.DSQ),
        Runner("2", (5,), status=Entry.Status.DNS),
        Runner("30", (5,), status=Entry.Status.DNF),
        Runner("4", (5,), status=Entry.Status.DNF),
        Runner("5", ()),
        Runner("6", (9,)),
    ]
    lines = ranked(runners, race())["overall"]
    assert [line.bib for line in lines] == ["6", "5", "4", "30", "2", "1"]
    assert lines[1:] == [replace_rank(line) for line in lines[1:]]


def replace_rank(line: Line) -> Line:
    return line._replace(rank=None, tied=False, score=None)


def test_mean_is_compared_exactly_and_shown_half_up() -> None:
    values = [(1, 2, 4), (2, 2, 3), (2, 3, 3), (2, 2), (2, 2, 2)]
    runners = [Runner(str(number), scores) for number, scores in enumerate(values, 1)]
    lines = ranked(runners, race(attempts=Attempts.MEAN_OF_BEST, best_k=3))["overall"]
    assert [(line.bib, line.rank, line.score) for line in lines] == [
        ("5", 1, 2),
        ("1", 2, 2),  # 7/3, like the next
        ("2", 2, 2),
        ("3", 4, 3),  # 8/3
        ("4", None, None),
    ]
    (line,) = ranked([Runner("1", (-1, -2))], race(attempts=Attempts.MEAN_OF_BEST, best_k=2))["overall"]
    assert line.score == -1  # -1.5


def test_an_event_without_entries_has_an_empty_overall_board() -> None:
    assert ranked([], race()) == {"overall": []}


def test_refuses_what_64_bits_cannot_add_up() -> None:
    runner = Runner("1", (LARGEST_VALUE,))
    for too_large in (replace(runner, scores=(LARGEST_VALUE + 1,)), replace(runner, adjustment=-LARGEST_VALUE - 1)):
        with pytest.raises(InvalidInput, match="beyond"):
            ranked([too_large], race())
    with pytest.raises(InvalidInput, match="attempts"):
        ranked([replace(runner, scores=(1,) * (MAX_ATTEMPTS + 1))], race(attempts=Attempts.SUM))


def test_the_largest_sums_are_right() -> None:
    scores = (LARGEST_VALUE,) * MAX_ATTEMPTS
    lines = ranked([Runner("1", scores), Runner("2", (*scores[1:], 0))], race(attempts=Attempts.SUM))["overall"]
    assert [(line.bib, line.score) for line in lines] == [
        ("2", LARGEST_VALUE * (MAX_ATTEMPTS - 1)),
        ("1", LARGEST_VALUE * MAX_ATTEMPTS),
    ]


def test_a_score_of_an_unknown_entry_is_an_error() -> None:
    data = to_columns([Runner("1", (5,))], race())
    with pytest.raises(ValueError, match="no entry"):
        rank_entries(replace(data, scores=replace(data.scores, entry_ids=data.scores.entry_ids + 1)))
