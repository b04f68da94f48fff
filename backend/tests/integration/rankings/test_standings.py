"""The standings of a season follow the official rankings of its events."""

import threading
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection

from apps.errors import InvalidInput
from apps.events.models import Entry, Event
from apps.events.services import change_entry, change_event, change_event_state, generate_event_ranking
from apps.rankings import pages
from apps.rankings.models import Season, Standings
from apps.rankings.pages import iter_lines
from apps.rankings.readers import read_board
from apps.rankings.season_events import NewSeasonEvent
from apps.rankings.services import (
    change_season,
    refresh_season_standings,
    refresh_standings,
    set_season_events,
)
from delivery.models import OutboxMessage
from tests.factories import add_entry, add_score, make_event, publish_event
from tests.seasons import POINTS, make_season, set_events

pytestmark = pytest.mark.django_db(transaction=True)

Times = dict[str, str]


def make_race(times: Times, **fields: Any) -> Event:
    """An open event with these participants, known across events by their names."""
    event = make_event(**fields)
    for number, (name, time) in enumerate(times.items(), 1):
        add_entry(event, str(number), name=name, external_id=name)
        add_score(event, str(number), time)
    return event


def table(season: Season) -> list[tuple[int | None, str, str, list[str | None]]]:
    """rank, name, total and the points of each event."""
    season.refresh_from_db()
    assert season.current_standings is not None
    return [
        (line.rank, line.name, line.total, [cell.points if cell else None for cell in line.cells])
        for line in read_board(season.current_standings).lines
    ]


@pytest.fixture
def races() -> list[Event]:
    return [make_race({"Ana": "20:00", "Bia": "21:00", "Caio": "21:00"}), make_race({"Bia": "40:00", "Ana": "41:00"})]


@pytest.fixture
def season(races: list[Event]) -> Season:
    return make_season(*races)


def test_standings_add_up_the_published_events(season: Season, races: list[Event]) -> None:
    publish_event(races[0])
    refresh_season_standings(races[0].pk)
    assert table(season) == [(1, "Ana", "10", ["10"]), (2, "Bia", "7", ["7"]), (2, "Caio", "7", ["7"])]
    publish_event(races[1])
    result = refresh_season_standings(races[1].pk)
    assert result["seasons"] == [{"season_id": season.pk, "revision": 2, "is_new": True}]
    assert table(season) == [
        (1, "Bia", "17", ["7", "10"]),  # the better one in the latest race
        (2, "Ana", "17", ["10", "7"]),
        (3, "Caio", "7", ["7", None]),
    ]


def test_a_second_run_makes_no_revision(season: Season, races: list[Event]) -> None:
    publish_event(races[0])
    for is_new in (True, False, False):
        result = refresh_season_standings(races[0].pk)
        assert result["seasons"] == [{"season_id": season.pk, "revision": 1, "is_new": is_new}]
    assert Standings.objects.count() == 1


def test_a_season_that_cannot_be_computed_keeps_no_other_waiting(season: Season, races: list[Event]) -> None:
    other = make_season(*races, slug="other")
    Season.objects.filter(pk=season.pk).update(rules={"points": {"recorded": "points"}})
    publish_event(races[0])
    with pytest.raises(InvalidInput, match=r"rules\.points\.recorded: .* has no secondary measure 'points'"):
        refresh_season_standings(races[0].pk)
    assert table(other)[0] == (1, "Ana", "10", ["10"])


def test_an_event_in_no_season_refreshes_nothing(season: Season) -> None:
    assert refresh_season_standings(make_event().pk)["seasons"] == []


def test_an_event_that_is_not_official_any_more_counts_no_more(season: Season, races: list[Event]) -> None:
    for race in races:
        publish_event(race)
    refresh_standings(season.pk)
    change_event_state(races[1].pk, action="unpublish", by=None)
    refresh_season_standings(races[1].pk)
    assert table(season)[0] == (1, "Ana", "10", ["10"])
    first_revision = Standings.objects.get(season=season, revision=1)
    assert [line.total for line in iter_lines(first_revision, "overall")] == [1700, 1700, 700]


def test_a_corrected_result_makes_the_next_revision(season: Season, races: list[Event]) -> None:
    publish_event(races[0])
    refresh_standings(season.pk)
    change_event_state(races[0].pk, action="reopen", by=None)
    refresh_standings(season.pk)
    assert table(season) == []
    add_score(races[0], "3", "19:00")
    publish_event(races[0])
    refresh_standings(season.pk)
    assert table(season) == [(1, "Caio", "10", ["10"]), (2, "Ana", "7", ["7"]), (3, "Bia", "4.5", ["4.5"])]
    assert Standings.objects.filter(season=season).count() == 3


@pytest.mark.parametrize("status", [Entry.Status.FINISHED, Entry.Status.DNF])
@pytest.mark.parametrize("standing", [Entry.Standing.OUT_OF_COMPETITION, Entry.Standing.HIDDEN])
def test_who_does_not_compete_gets_no_points_and_takes_none(
    standing: Entry.Standing, status: Entry.Status, races: list[Event]
) -> None:
    season = make_season(races[0])
    changes = {"standing": standing, "status": status}
    change_entry(Entry.objects.get(event=races[0], bib="1").pk, changes=changes)
    publish_event(races[0])
    refresh_standings(season.pk)
    assert table(season) == [(1, "Bia", "10", ["10"]), (1, "Caio", "10", ["10"])]


def test_a_hidden_entry_changes_nothing_and_is_nowhere(races: list[Event]) -> None:
    season = make_season(*races)
    add_entry(races[0], "9", name="Zoe", external_id="Zoe", standing=Entry.Standing.HIDDEN)
    add_score(races[0], "9", "10:00")
    for race in races:
        publish_event(race)
    refresh_standings(season.pk)
    assert table(season) == [
        (1, "Bia", "17", ["7", "10"]),
        (2, "Ana", "17", ["10", "7"]),
        (3, "Caio", "7", ["7", None]),
    ]


def test_what_counts_is_the_public_ranking(season: Season, races: list[Event]) -> None:
    publish_event(races[0])
    Event.objects.filter(pk=races[0].pk).update(current_ranking=None)
    refresh_standings(season.pk)
    assert table(season)[0] == (1, "Ana", "10", ["10"])


def test_who_has_no_rank_gets_no_points(races: list[Event]) -> None:
    season = make_season(races[0])
    for bib, status in (("1", Entry.Status.DNF), ("2", Entry.Status.DSQ)):
        entry = Entry.objects.get(event=races[0], bib=bib)
        change_entry(entry.pk, changes={"status": status, "status_reason": "left the course"})
    publish_event(races[0])
    refresh_standings(season.pk)
    assert table(season) == [(1, "Caio", "10", ["10"]), (2, "Ana", "0", ["0"]), (2, "Bia", "0", ["0"])]


def test_a_private_event_counts_in_a_private_season_only(races: list[Event]) -> None:
    season = make_season(*races)
    for race in races:
        publish_event(race)
    change_event(races[1].pk, changes={"visibility": Event.Visibility.PRIVATE})
    refresh_standings(season.pk)
    assert table(season)[0] == (1, "Ana", "10", ["10"])
    change_season(season.pk, changes={"visibility": Event.Visibility.PRIVATE})
    refresh_standings(season.pk)
    assert table(season)[1] == (2, "Ana", "17", ["10", "7"])


def test_a_change_of_visibility_asks_for_new_standings(races: list[Event]) -> None:
    publish_event(races[0])
    OutboxMessage.objects.all().delete()
    change_event(races[0].pk, changes={"visibility": Event.Visibility.UNLISTED})
    assert list(OutboxMessage.objects.values_list("task_name", "kwargs")) == [
        ("rankings.refresh_season_standings", {"event_id": races[0].pk})
    ]


def test_changes_of_a_season_ask_for_its_standings_once(season: Season, races: list[Event]) -> None:
    OutboxMessage.objects.all().delete()
    change_season(season.pk, changes={"rules": {"points": {"by_place": [1]}}})
    change_season(season.pk, changes={"name": "The city series"})
    assert list(OutboxMessage.objects.filter(task_name__startswith="rankings.").values_list("task_name", "kwargs")) == [
        ("rankings.refresh_standings", {"season_id": season.pk})
    ]
    publish_event(races[0])
    refresh_standings(season.pk)
    assert table(season)[0] == (1, "Ana", "1", ["1"])


def test_the_events_of_a_season_can_be_replaced(season: Season, races: list[Event]) -> None:
    for race in races:
        publish_event(race)
    set_events(season, races[1], races[0])
    refresh_standings(season.pk)
    assert table(season)[0] == (1, "Ana", "17", ["7", "10"])
    set_events(season, races[1])
    refresh_standings(season.pk)
    assert table(season) == [(1, "Bia", "10", ["10"]), (2, "Ana", "7", ["7"])]


def test_the_terms_of_an_event_reach_its_points_and_what_counts(season: Season, races: list[Event]) -> None:
    third = make_race({"Caio": "30:00"})
    for race in (*races, third):
        publish_event(race)
    change_season(season.pk, changes={"rules": {"points": POINTS, "best": 1}})
    sprint = NewSeasonEvent(races[0].pk, multiplier=Decimal("0.5"), breaks_ties=False)
    terms = [sprint, NewSeasonEvent(races[1].pk, same_round=True), NewSeasonEvent(third.pk)]
    set_season_events(season.pk, events=terms)
    refresh_standings(season.pk)
    # The first two are one round: both count, or none of them.
    assert table(season) == [
        (1, "Bia", "13.5", ["3.5", "10", None]),
        (2, "Ana", "12", ["5", "7", None]),
        (3, "Caio", "10", ["3.5", None, "10"]),
    ]


def test_two_workers_at_once_make_one_revision(season: Season, races: list[Event]) -> None:
    publish_event(races[0])
    barrier = threading.Barrier(2)
    results: list[bool] = []

    def run() -> None:
        barrier.wait()
        results.append(refresh_season_standings(races[0].pk)["seasons"][0]["is_new"])
        connection.close()

    workers = [threading.Thread(target=run) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(results) == [False, True]
    assert Standings.objects.count() == 1


def test_a_run_that_fails_half_way_leaves_the_old_standings(
    season: Season, races: list[Event], monkeypatch: pytest.MonkeyPatch
) -> None:
    publish_event(races[0])
    refresh_standings(season.pk)
    before = table(season)
    publish_event(races[1])
    monkeypatch.setattr(pages, "write", None)
    with pytest.raises(TypeError):
        refresh_standings(season.pk)
    assert table(season) == before
    assert Standings.objects.count() == 1


def test_part_of_the_lines(season: Season, races: list[Event]) -> None:
    publish_event(races[0])
    refresh_standings(season.pk)
    season.refresh_from_db()
    assert season.current_standings is not None
    view = read_board(season.current_standings, start=1, stop=2)
    assert [(line.position, line.shown_rank, line.name) for line in view.lines] == [(2, "2=", "Bia")]
    assert (view.total, view.ranked) == (3, 3)


def test_a_late_ranking_run_changes_no_standings(season: Season, races: list[Event]) -> None:
    publish_event(races[0])
    refresh_standings(season.pk)
    generate_event_ranking(races[0].pk)
    assert refresh_standings(season.pk)["is_new"] is False
