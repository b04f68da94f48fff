"""Tie-breakers as a referee would apply them, by hand."""

import hashlib
from dataclasses import replace
from typing import Any

import pytest

from apps.events.rules import Rules
from tests.unit.events.naive_columns import ranked
from tests.unit.events.naive_entrants import OUT, Entrant, marks, runner


def rules(*tie_breakers: dict[str, Any], **rest: Any) -> Rules:
    return Rules.model_validate({"metric": "points", "direction": "high", "tie_breakers": tie_breakers, **rest})


def places(entrants: list[Entrant], rules: Rules) -> list[tuple[str, int | None, int | None]]:
    """Bib, rank and what it was broken by, in display order."""
    return [(line.bib, line.rank, line.broken_by) for line in ranked(entrants, rules)["overall"]]


@pytest.mark.parametrize(("direction", "order"), [("low", ["3", "1", "2"]), ("high", ["1", "3", "2"])])
def test_who_has_no_secondary_result_comes_last_whichever_wins(direction: str, order: list[str]) -> None:
    with_style = rules(
        {"by": "measure", "name": "style"}, secondary={"style": {"metric": "count", "direction": direction}}
    )
    entrants = [
        Entrant("1", (*marks(5), *marks(9, component="style"))),
        Entrant("2", (*marks(5), *marks("x", component="style"))),
        Entrant("3", (*marks(5), *marks(0, component="style"))),
    ]
    assert places(entrants, with_style) == [(bib, rank, 1) for rank, bib in enumerate(order, 1)]


def test_the_best_was_achieved_when_it_was_reached_first() -> None:
    lines = ranked([runner("1", 3, 5, 5), runner("2", 4, 4, 5)], rules({"by": "achieved"}))["overall"]
    assert [(line.bib, line.rank, line.details["achieved"]) for line in lines] == [("1", 1, 3), ("2", 2, 4)]


def test_a_sum_was_achieved_with_the_last_that_counts() -> None:
    by_latest = rules({"by": "achieved", "wins": "latest"}, attempts="sum")
    lines = ranked([runner("1", 3, 5, "x"), runner("2", 4, 4, 0)], by_latest)["overall"]
    assert [(line.bib, line.details["achieved"]) for line in lines] == [("2", 4), ("1", 3)]


def test_pending_attempts_are_not_used_and_rejected_ones_are() -> None:
    entrants = [runner("1", 5, "x"), runner("2", 5, None, None, None)]
    assert places(entrants, rules({"by": "attempts"})) == [("2", 1, 1), ("1", 2, 1)]
    assert places(entrants, rules({"by": "attempts", "wins": "most"})) == [("1", 1, 1), ("2", 2, 1)]


def test_the_second_best_attempt_and_who_has_none() -> None:
    entrants = [runner("1", 7), runner("2", 7, 2), runner("3", 2, 3, 7)]
    assert places(entrants, rules({"by": "best_single", "nth": 2})) == [("3", 1, 1), ("2", 2, 1), ("1", 3, 1)]


def test_countback_asks_on_until_they_part() -> None:
    countback = rules(*({"by": "count", "value": value} for value in (10, 8, 6)), attempts="sum")
    entrants = [runner("1", 10, 6, 6), runner("2", 10, 8, 4), runner("3", 8, 8, 6), runner("4", 6, 6, 10)]
    assert places(entrants, countback) == [("2", 1, 2), ("1", 2, 2), ("4", 2, 2), ("3", 4, 1)]


def test_the_manual_order_and_who_is_not_in_it() -> None:
    entrants = [runner("1", 5), runner("2", 5, manual=2), runner("3", 5, manual=0), runner("4", 6)]
    assert places(entrants, rules({"by": "manual"})) == [("4", 1, None), ("3", 2, 1), ("2", 3, 1), ("1", 4, 1)]


def test_the_draw_is_the_lowest_digest_of_seed_and_bib() -> None:
    lots = {bib: hashlib.sha256(f"2026-05-17:{bib}".encode()).digest() for bib in ("1", "2", "3")}
    entrants = [runner(bib, 5) for bib in lots]
    order = sorted(lots, key=lots.__getitem__)
    assert places(entrants, rules({"by": "draw", "seed": "2026-05-17"})) == [
        (bib, rank, 1) for rank, bib in enumerate(order, 1)
    ]


def test_nobody_draws_against_who_is_out_of_competition() -> None:
    by_lot = rules({"by": "draw", "seed": "2026-05-17"})
    for out in ("1", "2"):
        entrants = [replace(runner(bib, 5), standing=OUT if bib == out else 0) for bib in ("1", "2")]
        lines = ranked(entrants, by_lot)["overall"]
        assert [(line.rank, line.broken_by, line.details) for line in lines] == [(1, None, {}), (None, None, {})]


def test_a_division_is_told_what_was_needed_there() -> None:
    by_two = rules({"by": "attempts"}, {"by": "manual"})
    entrants = [
        replace(runner("1", 5, manual=1), divisions={"sex": "F"}),
        replace(runner("2", 5, manual=2), divisions={"sex": "M"}),
        replace(runner("3", 5, "x"), divisions={"sex": "F"}),
    ]
    boards = ranked(entrants, by_two)
    assert [(line.bib, line.broken_by) for line in boards["overall"]] == [("1", 2), ("2", 2), ("3", 1)]
    assert [(line.bib, line.broken_by) for line in boards["sex:F"]] == [("1", 1), ("3", 1)]
    assert [(line.bib, line.broken_by) for line in boards["sex:M"]] == [("2", None)]


def test_who_stays_equal_shares_the_rank_and_says_what_told_them_from_others() -> None:
    entrants = [runner("1", 5), runner("2", 5), runner("3", 5, "x")]
    lines = ranked(entrants, rules({"by": "attempts"}))["overall"]
    assert [(line.rank, line.tied, line.broken_by) for line in lines] == [(1, True, 1), (1, True, 1), (3, False, 1)]
