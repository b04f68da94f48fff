"""The standings of a season, against their definition."""

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from tests.unit.rankings.leagues import as_lines, compute, leagues
from tests.unit.rankings.naive_standings import League, naive_standings


@given(leagues())
def test_the_overall_board_is_what_the_definition_says(league: League) -> None:
    """Points, what counts, totals, order, ranks, and what broke which tie."""
    assert as_lines(compute(league).boards[0]) == naive_standings(league)


@given(leagues(), st.randoms())
def test_the_order_of_the_input_makes_no_difference(league: League, random: Random) -> None:
    before = as_lines(compute(league).boards[0])
    for race in league.races:
        race.results = dict(random.sample(list(race.results.items()), len(race.results)))
    league.names = dict(random.sample(list(league.names.items()), len(league.names)))
    assert as_lines(compute(league).boards[0]) == before
