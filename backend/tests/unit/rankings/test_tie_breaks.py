"""What decides between equal totals, by hand."""

from typing import Any

from tests.unit.rankings.leagues import as_lines, compute
from tests.unit.rankings.naive_standings import League, Race, Result

ANA, BIA, CAIO, DAVI = 1, 2, 3, 4
NAMES = {ANA: "Ana", BIA: "Bia", CAIO: "Caio", DAVI: "Davi"}
NO_POINTS: dict[str, Any] = {"points": {"by_place": [0]}}  # so that all totals are equal


def race(*people: int, dnf: tuple[int, ...] = (), dns: tuple[int, ...] = (), **terms: Any) -> Race:
    """A race with these people in order."""
    results = {one: Result(rank=place) for place, one in enumerate(people, 1)}
    results |= {one: Result(status=1) for one in dnf} | {one: Result(status=2) for one in dns}
    return Race(results, **terms)


def board(*races: Race, **rules: Any) -> list[tuple[int, int, tuple[str, int]]]:
    """Participant, rank and what decided, from the top."""
    league = League({**NO_POINTS, **rules}, list(races), names=NAMES)
    found = as_lines(compute(league).boards[0])
    return [(line.participant, line.rank, line.note) for line in found]


def test_more_wins_and_then_more_second_places() -> None:
    found = board(race(ANA, BIA, CAIO), race(BIA, ANA, CAIO), race(CAIO, BIA, ANA))
    # One win each: Bia has two second places, Ana one, Caio none.
    assert found == [(BIA, 1, ("countback", 2)), (ANA, 2, ("countback", 2)), (CAIO, 3, ("countback", 2))]


def test_the_places_of_dropped_results_are_looked_at_too() -> None:
    points = {"by_place": [5, 5, 5, 1]}
    rules = {"points": points, "best": 1, "tie_breakers": ["countback"]}
    found = board(race(BIA, CAIO, ANA), race(CAIO, ANA, BIA), **rules)
    assert found == [(CAIO, 1, ("countback", 2)), (BIA, 2, ("countback", 2)), (ANA, 3, ("countback", 1))]


def test_a_depth_is_the_last_place_that_is_looked_at() -> None:
    races = [race(ANA, BIA, CAIO), race(BIA, ANA, CAIO), race(DAVI, CAIO, BIA)]
    found = board(*races, tie_breakers=["countback"], countback_depth=1)
    assert [(one, rank) for one, rank, _note in found] == [(ANA, 1), (BIA, 1), (DAVI, 1), (CAIO, 4)]


def test_who_started_more_often_is_before_who_did_not() -> None:
    found = board(race(ANA, dnf=(BIA,)), race(BIA, dns=(ANA,)))
    assert found == [(BIA, 1, ("most_events", 0)), (ANA, 2, ("most_events", 0))]


def test_the_latest_event_of_both_decides_and_not_to_finish_is_behind() -> None:
    assert board(race(ANA, BIA), race(BIA, ANA)) == [(BIA, 1, ("latest_common", -1)), (ANA, 2, ("latest_common", -1))]
    found = board(race(ANA, BIA), race(dnf=(ANA, BIA)), tie_breakers=["latest_common"])
    assert found == [(ANA, 1, ("latest_common", -1)), (BIA, 2, ("latest_common", -1))]
    found = board(race(ANA, BIA), race(BIA, dnf=(ANA,)), tie_breakers=["latest_common"])
    assert found == [(BIA, 1, ("latest_common", -1)), (ANA, 2, ("latest_common", -1))]


def test_a_circle_of_pairs_is_looked_at_as_one_group() -> None:
    """By twos Ana beats Bia, Bia beats Caio, and Caio beats Ana: only the race of all three decides, or nothing."""
    circle = [race(CAIO, ANA), race(BIA, CAIO), race(ANA, BIA)]
    found = board(*circle, tie_breakers=["latest_common"])
    assert found == [(ANA, 1, ("", 0)), (BIA, 1, ("", 0)), (CAIO, 1, ("", 0))]
    found = board(race(BIA, ANA, CAIO), *circle, tie_breakers=["latest_common"])
    assert [one for one, _rank, _note in found] == [BIA, ANA, CAIO]


def test_who_is_still_equal_there_goes_on_as_a_group_of_their_own() -> None:
    shared = Race({ANA: Result(rank=2), BIA: Result(rank=2), CAIO: Result(rank=1)})
    found = board(shared, race(BIA, ANA), tie_breakers=["latest_common"])
    assert [(one, rank) for one, rank, _note in found] == [(CAIO, 1), (BIA, 2), (ANA, 3)]


def test_the_places_of_a_sprint_decide_nothing() -> None:
    sprint = race(BIA, ANA, breaks_ties=False)
    assert board(race(ANA, BIA), sprint, tie_breakers=["countback"])[0][0] == ANA
    assert board(race(ANA, BIA), sprint, tie_breakers=["latest_common"])[0][0] == ANA


def test_without_tie_breakers_equal_totals_share_a_rank_and_stand_by_name() -> None:
    found = board(race(BIA, ANA), race(CAIO), tie_breakers=[])
    assert found == [(ANA, 1, ("", 0)), (BIA, 1, ("", 0)), (CAIO, 1, ("", 0))]
