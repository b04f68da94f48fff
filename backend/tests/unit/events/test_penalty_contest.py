"""Penalty contests as a jury would count them, by hand."""

import pytest

from apps.errors import InvalidInput
from apps.events.penalty_contest import LATEST_SUBMISSION, MOST_SUBMISSIONS
from apps.events.rules import Rules
from tests.unit.events.naive_columns import ranked
from tests.unit.events.naive_contest import NaiveCell
from tests.unit.events.naive_entrants import PENDING, REJECTED, VALID, Entrant, Mark
from tests.unit.events.naive_ranking import Line

MINUTE = 60_000


def contest(*tie_breakers: str, **penalty: object) -> Rules:
    return Rules.model_validate(
        {
            "metric": "penalty_contest",
            "direction": "high",
            "components": {"names": ["A", "B"]},
            "penalty": penalty or None,
            "tie_breakers": [{"by": kind} for kind in tie_breakers],
        }
    )


def team(bib: str, *submissions: tuple[str, int, int], adjustment: int = 0) -> Entrant:
    """Submissions are problem, outcome and milliseconds since the start."""
    marks = (Mark(problem, number, outcome, time, time) for number, (problem, outcome, time) in enumerate(submissions))
    return Entrant(bib, tuple(marks), adjustment=adjustment)


def only_line(rules: Rules, *submissions: tuple[str, int, int], adjustment: int = 0) -> Line:
    (line,) = ranked([team("1", *submissions, adjustment=adjustment)], rules)["overall"]
    return line


def test_minutes_up_to_the_solution_and_twenty_for_each_rejected_one_before_it() -> None:
    line = only_line(
        contest(), ("A", REJECTED, 5 * MINUTE), ("A", REJECTED, 9 * MINUTE), ("A", VALID, 10 * MINUTE + 59_999)
    )
    assert (line.score, line.details["penalty"]) == (1, 10 + 2 * 20)
    assert line.details["A"] == NaiveCell(solved=True, attempts=3, pending=0, time=10)
    assert line.details["B"] == NaiveCell(solved=False, attempts=0, pending=0, time=0)


def test_what_is_not_solved_costs_nothing() -> None:
    line = only_line(contest(), ("A", REJECTED, MINUTE), ("B", VALID, 3 * MINUTE))
    assert (line.score, line.details["penalty"]) == (1, 3)
    assert line.details["A"].attempts == 1


def test_what_follows_the_solution_changes_nothing() -> None:
    solved = [("A", REJECTED, MINUTE), ("A", VALID, 2 * MINUTE)]
    rules = contest("attempts", "achieved", "last_accepted")
    later = [("A", REJECTED, 3 * MINUTE), ("A", VALID, 4 * MINUTE), ("A", PENDING, 0)]
    assert only_line(rules, *solved, *later) == only_line(rules, *solved)


def test_the_order_is_that_of_the_times_and_then_of_the_attempts() -> None:
    assert only_line(contest(), ("A", VALID, 2 * MINUTE), ("A", REJECTED, MINUTE)).details["penalty"] == 22
    assert only_line(contest(), ("A", VALID, MINUTE), ("A", REJECTED, MINUTE)).details["penalty"] == 1
    assert only_line(contest(), ("A", REJECTED, MINUTE), ("A", VALID, MINUTE)).details["penalty"] == 21


def test_pending_ones_are_counted_and_cost_nothing() -> None:
    line = only_line(contest("attempts"), ("A", PENDING, MINUTE), ("A", REJECTED, MINUTE), ("B", PENDING, MINUTE))
    assert (line.score, line.details["penalty"]) == (0, 0)
    assert line.details["pending"] == 2
    assert line.details["attempts"] == 1
    assert line.details["A"] == NaiveCell(solved=False, attempts=1, pending=1, time=0)


def test_seconds_and_another_penalty() -> None:
    rules = contest(per_rejected_minutes=1, counted_in="seconds")
    line = only_line(rules, ("A", REJECTED, MINUTE), ("A", VALID, MINUTE + 1_999))
    assert line.details["penalty"] == 61 + 60


@pytest.mark.parametrize(("adjustment", "penalty"), [(5 * MINUTE, 15), (-3 * MINUTE, 7), (59_999, 10), (-1, 9)])
def test_adjustments_are_added_in_whole_units_rounded_down(adjustment: int, penalty: int) -> None:
    line = only_line(contest(), ("A", VALID, 10 * MINUTE), adjustment=adjustment)
    assert (line.score, line.details["penalty"]) == (1, penalty)


def test_most_solved_then_least_penalty_then_the_earlier_last_one() -> None:
    teams = [
        team("1", ("A", VALID, 30 * MINUTE), ("B", VALID, 10 * MINUTE)),
        team("2", ("A", VALID, 20 * MINUTE), ("B", VALID, 20 * MINUTE)),
        team("3", ("A", VALID, MINUTE)),
        team("4", ("A", VALID, 20 * MINUTE), ("B", VALID, 19 * MINUTE)),
        team("5"),
    ]
    lines = ranked(teams, contest("last_accepted"))["overall"]
    assert [(line.bib, line.rank, line.broken_by) for line in lines] == [
        ("4", 1, None),
        ("2", 2, 1),
        ("1", 3, 1),
        ("3", 4, None),
        ("5", 5, None),
    ]


def test_the_latest_and_most_that_fit_are_right_and_more_is_refused() -> None:
    line = only_line(contest(), ("B", VALID, LATEST_SUBMISSION))
    assert line.details["B"].time == LATEST_SUBMISSION // MINUTE
    for time in (LATEST_SUBMISSION + 1, -1):
        with pytest.raises(InvalidInput, match="not within"):
            only_line(contest(), ("B", VALID, time))
    for outcome in (REJECTED, PENDING):
        many = [("A", outcome, MINUTE)] * MOST_SUBMISSIONS
        cell = only_line(contest(), *many).details["A"]
        assert (cell.attempts + cell.pending, cell.solved, cell.time) == (MOST_SUBMISSIONS, False, 0)
        with pytest.raises(InvalidInput, match="more than"):
            only_line(contest(), *many, ("A", outcome, MINUTE))
