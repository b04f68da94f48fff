"""The ranking against its definitions; and small ones whose outcome anyone can check."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given

from apps.errors import InvalidInput
from apps.events.attempts import MAX_ATTEMPTS
from apps.events.measures import Attempts, Direction, Metric
from apps.events.models import Entry
from apps.events.ranking import rank_entries
from apps.events.rules import Rules, Ties
from apps.events.values import LARGEST_VALUE
from tests.unit.events.naive_columns import ranked, to_columns
from tests.unit.events.naive_entrants import OUT, Entrant, marks, runner
from tests.unit.events.naive_events import AnyEvent, any_events
from tests.unit.events.naive_ranking import Line, naive_boards


def race(ties: Ties = Ties.COMPETITION, attempts: Attempts = Attempts.BEST, best_k: int | None = None) -> Rules:
    return Rules(metric=Metric.DURATION, direction=Direction.LOW, ties=ties, attempts=attempts, best_k=best_k)


@given(any_events())
def test_every_board_is_what_the_definitions_say(event: AnyEvent) -> None:
    assert ranked(event.entrants, event.rules) == naive_boards(event.entrants, event.rules)


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
    runners = [runner("4", 9), runner("30", 7), runner("9", 7), runner("1", 5)]
    overall = ranked(runners, race(ties))["overall"]
    assert [line.rank for line in overall] == ranks
    assert [line.bib for line in overall] == ["1", "9", "30", "4"]
    assert [line.tied for line in overall] == [False, True, True, False]


def test_out_of_competition_stands_behind_its_equals_without_a_rank() -> None:
    runners = [runner("1", 7, standing=OUT), runner("2", 7), runner("3", 8), runner("4", 6, standing=OUT)]
    lines = ranked(runners, race())["overall"]
    assert [(line.bib, line.rank, line.score) for line in lines] == [
        ("4", None, 6),
        ("2", 1, 7),
        ("1", None, 7),
        ("3", 2, 8),
    ]
    assert not any(line.tied for line in lines)


def test_the_unranked_follow_by_status_and_show_no_score() -> None:
    rules = Rules.model_validate({**race().model_dump(), "tie_breakers": [{"by": "attempts"}]})
    runners = [
        runner("1", 5, None, status=Entry.Status.DSQ),
        runner("2", 5, status=Entry.Status.DNS),
        runner("30", 5, status=Entry.Status.DNF),
        runner("4", 5, status=Entry.Status.DNF),
        runner("5"),
        runner("6", 9),
    ]
    lines = ranked(runners, rules)["overall"]
    assert [line.bib for line in lines] == ["6", "5", "4", "30", "2", "1"]
    assert lines[0].details == {"pending": 0, "attempts": 1}
    for line, pending in zip(lines[1:], [0, 0, 0, 0, 1], strict=True):
        assert line == Line(line.bib, None, False, None, line.status, 0, None, {"pending": pending})


def test_mean_is_compared_exactly_and_shown_half_up() -> None:
    values = [(1, 2, 4), (2, 2, 3), (2, 3, 3), (2, 2), (2, 2, 2)]
    runners = [runner(str(number), *scores) for number, scores in enumerate(values, 1)]
    lines = ranked(runners, race(attempts=Attempts.MEAN_OF_BEST, best_k=3))["overall"]
    assert [(line.bib, line.rank, line.score) for line in lines] == [
        ("5", 1, 2),
        ("1", 2, 2),  # 7/3, like the next
        ("2", 2, 2),
        ("3", 4, 3),  # 8/3
        ("4", None, None),
    ]
    (line,) = ranked([runner("1", -1, -2)], race(attempts=Attempts.MEAN_OF_BEST, best_k=2))["overall"]
    assert line.score == -1  # -1.5


@pytest.mark.parametrize(("attempts", "score"), [("first", 7), ("last", 6), ("best", 5), ("sum", 18)])
def test_rejected_and_pending_attempts_are_none_to_choose_from(attempts: str, score: int) -> None:
    (line,) = ranked([runner("1", "x", 7, 5, 6, "x", None)], race(attempts=Attempts(attempts)))["overall"]
    assert (line.score, line.details) == (score, {"pending": 1})


def test_an_event_without_entries_has_an_empty_overall_board() -> None:
    assert ranked([], race()) == {"overall": []}


def test_refuses_what_64_bits_cannot_add_up() -> None:
    fits = runner("1", LARGEST_VALUE)
    for too_large in (runner("1", LARGEST_VALUE + 1), replace(fits, adjustment=-LARGEST_VALUE - 1)):
        with pytest.raises(InvalidInput, match="beyond"):
            ranked([too_large], race())
    rules = Rules.model_validate({**race().model_dump(), "secondary": {"style": race()}})
    for component in ("", "style"):
        too_many = Entrant("1", marks(*(1,) * (MAX_ATTEMPTS + 1), component=component))
        with pytest.raises(InvalidInput, match="attempts"):
            ranked([too_many], rules)


def test_the_largest_sums_are_right() -> None:
    scores = (LARGEST_VALUE,) * MAX_ATTEMPTS
    lines = ranked([runner("1", *scores), runner("2", *scores[1:], 0)], race(attempts=Attempts.SUM))["overall"]
    assert [(line.bib, line.score) for line in lines] == [
        ("2", LARGEST_VALUE * (MAX_ATTEMPTS - 1)),
        ("1", LARGEST_VALUE * MAX_ATTEMPTS),
    ]


def test_a_score_of_an_unknown_entry_is_an_error() -> None:
    for ids in ([1, 3], [1, 10**9]):
        data = to_columns([runner("1", 5), runner("2")], race(), ids)
        for other in (0, 2, ids[1] + 1):
            with pytest.raises(ValueError, match="no entry"):
                rank_entries(replace(data, scores=replace(data.scores, entry_ids=np.array([other]))))
