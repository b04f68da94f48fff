"""Removing provisional revisions: what goes goes whole, on record, and whoever asks for it is told."""

from datetime import timedelta

import pytest

from apps.errors import InvalidInput, Missing
from apps.events import pages, thinning
from apps.events.models import Event, RankingPage, Thinning
from apps.events.page_store import delete_rankings
from apps.events.ranking_lines import entity_tag
from apps.events.result import OVERALL
from apps.events.services import thin_rankings
from apps.events.thinning import Terms
from tests.integration.events.thinned_event import (
    ALL,
    FOREVER,
    START,
    Clock,
    is_whole,
    left,
    rank_anew,
    thin,
)

pytestmark = pytest.mark.django_db(transaction=True)


def test_each_batch_is_whole_and_on_record(race: Event, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    for minute in range(1, 10):
        rank_anew(race, clock, minute)
    monkeypatch.setattr(thinning, "BATCH", 2)
    tries = iter(range(9))

    def fail(ids: list[int]) -> None:
        delete_rankings(ids)
        if next(tries) == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr(thinning, "delete_rankings", fail)
    with pytest.raises(KeyboardInterrupt):
        thin(race)
    assert left(race) == [1, 6, 7, 8, 9]
    assert all(is_whole(one) for one in race.rankings.all())
    assert Thinning.objects.get().revisions == 4
    assert thin(race) == 2
    assert left(race) == [1, 8, 9]


def test_many_batches_take_one_look(race: Event, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    for minute in range(1, 10):
        rank_anew(race, clock, minute)
    find, looks = thinning.removable, list[int]()

    def find_and_count(event: Event, terms: Terms) -> list[int]:
        looks.append(event.pk)
        return find(event, terms)

    monkeypatch.setattr(thinning, "BATCH", 2)
    monkeypatch.setattr(thinning, "removable", find_and_count)
    assert thin(race) == 6
    assert looks == [race.pk]


def test_what_somebody_else_removes_meanwhile_is_taken_into_account(
    race: Event, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    for minute in range(1, 10):
        rank_anew(race, clock, minute)
    find, acts = thinning.removable, [Terms(START + timedelta(minutes=7), FOREVER)]

    def find_and_be_overtaken(event: Event, terms: Terms) -> list[int]:
        found = find(event, terms)
        if acts:
            assert thin(event, acts.pop()) == 4  # 2 to 5
        return found

    monkeypatch.setattr(thinning, "removable", find_and_be_overtaken)
    # Alone it would keep 5, and remove 2 to 4.
    assert thin(race, Terms(START + timedelta(minutes=6), FOREVER)) == 0
    assert left(race) == [1, 6, 7, 8, 9]
    assert [one.revisions for one in Thinning.objects.all()] == [4]


def test_the_record_says_who_why_what_and_how_much(race: Event, clock: Clock) -> None:
    for minute in range(1, 6):
        rank_anew(race, clock, minute)
    gone = race.rankings.filter(revision__in=(2, 3))
    octets = sum(len(one.content) for one in RankingPage.objects.filter(ranking__in=gone))
    with pytest.raises(InvalidInput, match="reason"):
        thin_rankings(race.pk, terms=ALL, who="olga", reason=" ")
    thin(race)
    record = Thinning.objects.get()
    assert (record.event, record.who, record.reason) == (race, "olga", "the disk is full")
    assert (record.before, record.every, record.revisions, record.octets) == (*ALL, 2, octets)
    thin(race)
    assert Thinning.objects.count() == 1


def test_whoever_holds_a_page_is_told_that_it_is_out_of_date(race: Event, clock: Clock) -> None:
    for minute in range(1, 6):
        rank_anew(race, clock, minute)
    race.refresh_from_db()
    before = entity_tag(race)
    clock.minute = 10
    thin(race)
    race.refresh_from_db()
    after = entity_tag(race)
    assert after != before
    clock.minute = 11
    thin(race)
    race.refresh_from_db()
    assert entity_tag(race) == after  # nothing was removed


def test_a_reader_that_had_found_it_is_told_that_it_is_gone(race: Event, clock: Clock) -> None:
    second = [rank_anew(race, clock, minute) for minute in range(1, 6)][1]
    thin(race)
    with pytest.raises(Missing, match="revision 2 was provisional and has been removed"):
        pages.rows(second, OVERALL, 0, 10)
    # Not that they were not in it.
    for entries in (race.entries.all()[:1], race.entries.all()):
        with pytest.raises(Missing, match="revision 2 was provisional and has been removed"):
            pages.rows_of(second, OVERALL, [entry.pk for entry in entries])
