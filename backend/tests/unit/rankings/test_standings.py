"""The standings of a season, against their definition."""

from collections.abc import Sequence
from dataclasses import replace
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from apps.rankings.points import PointsScheme, parse_points
from apps.rankings.standings import Cell, Line, compute_standings, content_hash

Ranks = dict[int, int]

schemes = st.lists(st.decimals(0, 100, places=2), min_size=1, max_size=8).map(
    lambda points: parse_points({"by_place": points})
)
seasons = st.lists(st.dictionaries(st.integers(1, 12), st.integers(1, 12), max_size=12), max_size=5)


def names_of(events: Sequence[Ranks]) -> dict[int, str]:
    """Few names, so that some participants have the same one."""
    return {one: f"name {one % 5}" for ranks in events for one in ranks}


def participant(line: Line) -> int:
    return line.participant_id


def test_an_example_by_hand() -> None:
    scheme = parse_points({"by_place": [10, 7, "4.5"]})
    ana, bia, caio, davi = 1, 2, 3, 4
    events = [{ana: 1, bia: 2, caio: 2, davi: 4}, {bia: 1, ana: 3}]
    lines = compute_standings(events, scheme=scheme, names={ana: "Ana", bia: "Bia", caio: "Caio", davi: "Davi"})
    assert lines == [
        Line(bia, rank=1, tied=False, total=1700, cells=(Cell(2, 700), Cell(1, 1000))),
        Line(ana, rank=2, tied=False, total=1450, cells=(Cell(1, 1000), Cell(3, 450))),
        Line(caio, rank=3, tied=False, total=700, cells=(Cell(2, 700), None)),
        Line(davi, rank=4, tied=False, total=0, cells=(Cell(4, 0), None)),
    ]


def test_equal_totals_share_a_rank_and_stand_by_name() -> None:
    scheme = parse_points({"by_place": [10, 7]})
    lines = compute_standings([{1: 1, 2: 2, 3: 3}, {1: 2, 2: 1}], scheme=scheme, names={1: "élan", 2: "Bia", 3: "Ana"})
    assert [(line.participant_id, line.rank, line.tied) for line in lines] == [
        (2, 1, True),
        (1, 1, True),
        (3, 3, False),
    ]


@given(seasons, schemes)
def test_the_total_is_the_sum_of_the_points_of_each_place(events: list[Ranks], scheme: PointsScheme) -> None:
    lines = compute_standings(events, scheme=scheme, names=names_of(events))
    worth = [*(int(points * 100) for points in scheme.by_place), *[0] * 12]
    expected = {one: sum(worth[ranks[one] - 1] for ranks in events if one in ranks) for one in names_of(events)}
    assert {line.participant_id: line.total for line in lines} == expected


@given(seasons, schemes)
def test_a_rank_is_one_more_than_the_number_of_better_totals(events: list[Ranks], scheme: PointsScheme) -> None:
    lines = compute_standings(events, scheme=scheme, names=names_of(events))
    totals = [line.total for line in lines]
    assert totals == sorted(totals, reverse=True)
    for line in lines:
        assert line.rank == 1 + sum(total > line.total for total in totals)
        assert line.tied == (totals.count(line.total) > 1)


@given(seasons, schemes)
def test_a_cell_says_what_the_place_was_and_gave(events: list[Ranks], scheme: PointsScheme) -> None:
    for line in compute_standings(events, scheme=scheme, names=names_of(events)):
        assert [cell and cell.rank for cell in line.cells] == [ranks.get(line.participant_id) for ranks in events]
        assert sum(cell.points for cell in line.cells if cell) == line.total


@given(seasons, schemes, st.randoms())
def test_the_order_of_the_input_makes_no_difference(events: list[Ranks], scheme: PointsScheme, random: Random) -> None:
    names = names_of(events)
    shuffled = [dict(random.sample(list(ranks.items()), len(ranks))) for ranks in events]
    again = dict(random.sample(list(names.items()), len(names)))
    assert compute_standings(shuffled, scheme=scheme, names=again) == compute_standings(
        events, scheme=scheme, names=names
    )


@given(seasons, schemes, st.data())
def test_names_change_the_order_of_equals_and_nothing_else(
    events: list[Ranks], scheme: PointsScheme, data: st.DataObject
) -> None:
    names = names_of(events)
    renamed = {one: data.draw(st.sampled_from(["a", "A", "é", "z"])) for one in names}
    before = compute_standings(events, scheme=scheme, names=names)
    after = compute_standings(events, scheme=scheme, names=renamed)
    assert sorted(before, key=participant) == sorted(after, key=participant)


@given(seasons, schemes)
def test_the_hash_tells_standings_apart(events: list[Ranks], scheme: PointsScheme) -> None:
    lines = compute_standings(events, scheme=scheme, names=names_of(events))
    event_ids = list(range(1, len(events) + 1))
    digest = content_hash(event_ids, lines)
    assert digest == content_hash(event_ids, list(lines))
    assert digest != content_hash([*event_ids, 99], lines)
    if lines:
        assert digest != content_hash(event_ids, lines[:-1])
        assert digest != content_hash(event_ids, [replace(lines[0], total=lines[0].total + 1), *lines[1:]])
