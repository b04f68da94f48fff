"""Removing provisional revisions: what is official, told, current or explained stays."""

from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.errors import WrongState
from apps.events import thinning
from apps.events.models import Event, EventTransition, Ranking, RankingPage, Thinning
from apps.events.services import change_event, generate_event_ranking
from apps.events.sourced_scores import DEFAULT_REASON
from apps.events.thinning import Terms
from apps.notifications.models import Announcement
from apps.notifications.services import announce_event_ranking
from tests.factories import add_score
from tests.integration.events.thinned_event import (
    FOREVER,
    START,
    Clock,
    act,
    is_whole,
    left,
    make_race,
    rank_anew,
    thin,
)

pytestmark = pytest.mark.django_db(transaction=True)


def test_of_an_open_event_one_of_each_stretch_stays(race: Event, clock: Clock) -> None:
    for minute in (1, 2, 3, 9, 11, 12, 25, 26, 40, 41, 42):
        rank_anew(race, clock, minute)
    terms = Terms(START + timedelta(minutes=42), timedelta(minutes=10))
    assert thin(race, terms) == 5
    # 1 is the first; 4, 6 and 8 end their stretches; 10 stood when 11, which is too young, came.
    assert left(race) == [1, 4, 6, 8, 10, 11]
    assert thin(race, terms) == 0
    assert all(is_whole(one) for one in race.rankings.all())
    assert set(RankingPage.objects.values_list("ranking", flat=True)) <= set(race.rankings.values_list("pk", flat=True))


def test_the_current_one_stays_however_old_it_is(race: Event, clock: Clock) -> None:
    for minute in range(1, 6):
        rank_anew(race, clock, minute)
    assert thin(race) == 2
    assert left(race) == [1, 4, 5]
    assert rank_anew(race, clock, 50).revision == 6


def test_from_the_one_that_was_first_official_all_stay(race: Event, clock: Clock) -> None:
    for minute in range(1, 6):
        rank_anew(race, clock, minute)
    act(race, clock, 1000, "close", "publish")
    rank_anew(race, clock, 1100)
    rank_anew(race, clock, 1200)
    act(race, clock, 1300, "unpublish", "reopen")
    for minute in range(1301, 1306):
        rank_anew(race, clock, minute)
    assert thin(race) == 3
    assert left(race) == [1, 5, *range(6, 13)]


@pytest.mark.parametrize("skew", [-59, 59])
def test_clocks_that_differ_cost_no_official_one(race: Event, clock: Clock, skew: int) -> None:
    for minute in (1, 2, 1000, 1001):
        rank_anew(race, clock, minute, skew=skew)
    act(race, clock, 1002, "close", "publish")
    rank_anew(race, clock, 1003, skew=skew)
    act(race, clock, 1004, "unpublish")
    rank_anew(race, clock, 1005, skew=skew)
    thin(race)
    assert set(left(race)) >= {1, 4, 5, 6}


def test_what_becomes_official_while_it_is_looked_at_stays(
    race: Event, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    for minute in range(1, 6):
        rank_anew(race, clock, minute)
    look = thinning._provisional_until

    def look_and_be_overtaken(event: Event, before: datetime) -> datetime | None:
        found = look(event, before)
        if event.state == Event.State.OPEN:
            act(race, clock, 1000, "close", "publish")
            rank_anew(race, clock, 1001, skew=-59)
            rank_anew(race, clock, 1002, skew=-59)
        return found

    monkeypatch.setattr(thinning, "_provisional_until", look_and_be_overtaken)
    assert thin(race) == 3
    assert left(race) == [1, 5, 6, 7]


def test_where_it_is_not_known_since_when_it_is_official_all_stay(race: Event, clock: Clock) -> None:
    for minute in range(1, 6):
        rank_anew(race, clock, minute)
    act(race, clock, 1000, "close", "publish")
    EventTransition.objects.all().delete()
    assert thin(race) == 0


def test_where_it_is_on_record_only_since_when_it_is_official_no_more_all_stay(race: Event, clock: Clock) -> None:
    rank_anew(race, clock, 1)
    act(race, clock, 2, "close", "publish")
    for minute in range(3, 7):
        rank_anew(race, clock, minute)
    act(race, clock, 1000, "unpublish", "reopen")
    act(race, clock, 1001, "close", "publish")
    race.transitions.filter(pk=race.transitions.filter(to_state=Event.State.PUBLISHED)[0].pk).delete()
    assert thin(race) == 0


def test_what_gives_a_reason_stays_and_what_a_source_repeats_goes(race: Event, clock: Clock) -> None:
    for minute in range(1, 9):
        rank_anew(race, clock, minute)
    race.rankings.filter(revision=3).update(reason="seen on video")
    race.rankings.filter(revision=5).update(reason=DEFAULT_REASON)
    thin(race)
    assert left(race) == [1, 3, 7, 8]


def test_the_newest_of_what_a_freeze_hid_stays(race: Event, clock: Clock) -> None:
    change_event(race.pk, changes={"freeze_at": START + timedelta(minutes=1)})
    for minute in range(2, 8):
        clock.minute = minute
        add_score(race, "1", 1_000_000 - minute, attempt=minute, achieved_at=clock())
        generate_event_ranking(race.pk)
    race.refresh_from_db()
    assert race.current_ranking is not None
    assert race.current_ranking.variant == Ranking.Variant.LIVE
    before = left(race, "live")
    thin(race)
    assert left(race, "live") == [1, *before[-2:]]
    # Not current any more, and it is still the one from which the next is numbered.
    Event.objects.filter(pk=race.pk).update(current_ranking=race.public_ranking)
    thin(race)
    assert left(race, "live")[-1] == before[-1]


def test_what_people_were_told_of_stays_and_all_after_it(race: Event, clock: Clock) -> None:
    told = [rank_anew(race, clock, minute) for minute in range(1, 9)][4]
    Announcement.objects.create(kind=Announcement.Kind.RESULTS_CORRECTED, key="x", event=race, ranking_before=told)
    thin(race)
    assert left(race) == [1, 4, 5, 6, 7, 8]


def test_what_anything_refers_to_the_database_keeps(race: Event, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    told = [rank_anew(race, clock, minute) for minute in range(1, 9)][3]
    Announcement.objects.create(kind=Announcement.Kind.RESULTS_PUBLISHED, key="x", event=race, ranking=told)
    monkeypatch.setattr(thinning, "_referred", lambda _event: set())
    with pytest.raises(IntegrityError):
        thin(race)
    assert left(race) == list(range(1, 9))
    assert all(is_whole(one) for one in race.rankings.all())
    assert Announcement.objects.get().ranking == told
    assert not Thinning.objects.exists()


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["rank", "rank", "rank", "announce", "close", "publish", "publish", "unpublish", "reopen"]),
        st.sampled_from([1, 30, 90, 3000]),  # minutes since the step before
        st.integers(-29, 29),  # how far the clock of the worker is off: two clocks differ by less than an hour
    ),
    max_size=14,
)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STEPS)
def test_whatever_happened_no_official_one_goes(clock: Clock, steps: list[tuple[str, int, int]]) -> None:
    clock.minute = 0
    event, official = make_race(), set[int]()
    for step, minutes, skew in [("rank", 1, 0), ("rank", 1, 0), ("rank", 1, 0), *steps]:
        clock.minute += minutes
        try:
            if step == "rank":
                rank_anew(event, clock, clock.minute, skew=skew)
            elif step == "announce":
                announce_event_ranking(event.public_ranking_id or 0)
            else:
                act(event, clock, clock.minute, step)
        except WrongState:
            continue
        event.refresh_from_db()
        if event.state == Event.State.PUBLISHED:
            official |= set(event.rankings.filter(pk__gte=event.public_ranking_id).values_list("pk", flat=True))
    there = dict(event.rankings.values_list("revision", "pk"))
    told = Announcement.objects.count()
    thin(event, Terms(clock() + timedelta(days=1), FOREVER))
    stays = {number: there[number] for number in left(event)}
    assert set(stays.values()) >= {there[1], there[max(there)], *official}
    if official:
        assert set(stays) >= {number for number, pk in there.items() if pk >= min(official)}
    assert all(is_whole(one) for one in event.rankings.all())
    assert Announcement.objects.count() == told
    assert thin(event, Terms(clock() + timedelta(days=1), FOREVER)) == 0
