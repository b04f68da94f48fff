"""What each rule of a season may change, and what it may not."""

from dataclasses import replace
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from tests.unit.rankings.leagues import PEOPLE, as_lines, best_rules, by_place, compute, leagues, rule_documents
from tests.unit.rankings.naive_standings import League, NaiveLine, Race, Result, naive_standings, points_of, rounds_of

with_places = st.builds(lambda rules, points: {**rules, "points": points}, rule_documents(), by_place)


def lines(league: League) -> dict[int, NaiveLine]:
    return {line.participant: line for line in as_lines(compute(league).boards[0])}


@given(leagues(), st.sampled_from(PEOPLE))
def test_an_exclusion_changes_nobodys_total_and_the_others_close_up(league: League, one: int) -> None:
    league.excluded -= {one}
    before, after = lines(league), lines(replace(league, excluded=league.excluded | {one}))
    assert [(line.total, line.counted, line.points) for line in map(before.get, sorted(before)) if line] == [
        (line.total, line.counted, line.points) for line in map(after.get, sorted(after)) if line
    ]
    ranked = [other for other, line in before.items() if line.rank and other != one]
    closed_up = [other for other, line in after.items() if line.rank]
    assert set(closed_up) == set(ranked)
    assert [after[other].rank for other in closed_up[:1]] == [1] * bool(ranked)
    if "latest_common" not in league.rules["tie_breakers"]:  # which looks at a group, that is now another
        assert closed_up == ranked
    if one in after:
        assert (after[one].rank, after[one].state) == (0, 2)


@given(leagues(), st.sampled_from(PEOPLE), st.integers(-500, 500))
def test_an_adjustment_changes_one_total_and_no_cell(league: League, one: int, points: int) -> None:
    before, adjustments = lines(league), {**league.adjustments, one: league.adjustments.get(one, 0) + points}
    after = lines(replace(league, adjustments=adjustments))
    for other, line in after.items():
        assert line.total - before[other].total == (points if other == one else 0)
        assert (line.counted, line.points) == (before[other].counted, before[other].points)


@given(leagues(with_places), best_rules)
def test_dropping_never_raises_a_total_and_what_counts_is_the_best_there_is(
    league: League, best: dict[str, int]
) -> None:
    everything = {name: value for name, value in league.rules.items() if name not in ("best", "splits", "drop_worst")}
    before = lines(replace(league, rules=everything))
    after = lines(replace(league, rules={**everything, **best}))
    for one, line in after.items():
        assert line.total <= before[one].total
    if "best" in best:
        rounds = rounds_of(league)
        for one, line in after.items():
            sums = {number: 0 for number, points in zip(rounds, line.points, strict=True) if points is not None}
            for number, points in zip(rounds, line.points, strict=True):
                sums[number] = sums.get(number, 0) + (points or 0)
            most = max(
                sum(chosen)
                for size in range(best["best"] + 1)
                for chosen in combinations(sums.values(), min(size, len(sums)))
            )
            assert line.total == most + league.adjustments.get(one, 0)


@given(leagues())
def test_the_total_is_what_counts_and_what_was_adjusted(league: League) -> None:
    for one, line in lines(league).items():
        counted = sum(points or 0 for points, counts in zip(line.points, line.counted, strict=True) if counts)
        assert line.total == counted + league.adjustments.get(one, 0)


@given(leagues(), st.data())
def test_names_change_the_order_of_equals_and_nothing_else(league: League, data: st.DataObject) -> None:
    before = lines(league)
    names = {one: data.draw(st.sampled_from(["a", "A", "é", "z"])) for one in PEOPLE}
    assert lines(replace(league, names=names)) == before


@given(leagues(), st.integers(1, 4))
def test_below_the_minimum_there_is_a_total_and_no_rank(league: League, minimum: int) -> None:
    league = replace(league, excluded=set(), rules={**league.rules, "minimum_events": minimum})
    for one, line in lines(league).items():
        ranked_in = {
            number
            for number, race in zip(rounds_of(league), league.official, strict=True)
            if one in race.results and race.results[one].rank
        }
        assert bool(line.rank) == (len(ranked_in) >= minimum)


@given(leagues())
def test_a_board_by_overall_points_is_the_overall_board_restricted(league: League) -> None:
    """Each is in the division of their latest event that tells one; the others are in none."""
    result = compute(replace(league, rules={**league.rules, "divisions": {"sex": "overall"}}))
    overall, *boards = [as_lines(board) for board in result.boards]
    assert [board.key for board in result.boards[1:]] == sorted(board.key for board in result.boards[1:])
    for board, found in zip(result.boards[1:], boards, strict=True):
        label = board.key.removeprefix("sex:")
        here = [line for line in overall if division_of(league, line.participant) == label]
        assert {line.participant: (line.total, line.counted, line.points) for line in found} == {
            line.participant: (line.total, line.counted, line.points) for line in here
        }
        if "latest_common" not in league.rules["tie_breakers"]:
            assert [line.participant for line in found] == [line.participant for line in here]


def division_of(league: League, one: int) -> str:
    told = [race.results[one].division for race in league.official if one in race.results]
    return next((division for division in reversed(told) if division), "")


@given(leagues())
def test_a_board_by_division_points_is_a_season_of_its_own(league: League) -> None:
    result = compute(replace(league, rules={**league.rules, "divisions": {"sex": "division"}}))
    for board in result.boards[1:]:
        label = board.key.removeprefix("sex:")
        assert as_lines(board) == naive_standings(replace(league, races=[within(race, label) for race in league.races]))
    told = {result.division for race in league.official for result in race.results.values()}
    assert [board.key for board in result.boards[1:]] == [f"sex:{label}" for label in ("F", "M") if label in told]


def within(race: Race, label: str) -> Race:
    """The race as if only this division had taken part."""
    results = {
        one: Result(rank=result.division_rank, status=result.status, recorded=result.recorded)
        for one, result in race.results.items()
        if result.division == label
    }
    return replace(race, results=results)


@given(leagues())
def test_each_cell_is_worth_what_its_place_or_status_says(league: League) -> None:
    for one, line in lines(league).items():
        expected = [
            points_of(race.results[one], race, league.rules["points"]) if one in race.results else None
            for race in league.official
        ]
        assert line.points == expected
