"""Corrections at the same moment as others, and while the ranking runs."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from apps.errors import Refused
from apps.events import services
from apps.events.models import Correction, Entry, Event, Ranking, Score
from apps.events.services import (
    change_entry,
    change_participant,
    generate_event_ranking,
    merge_participants,
    register_entry,
    supersede_score,
    void_score,
)
from apps.events.snapshot import read_input
from delivery.models import OutboxMessage
from tests.factories import add_entry, add_score, make_event, make_user, publish_event

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def race() -> Event:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer")
    event = make_event()
    for bib in "12":
        add_entry(event, bib)
        add_score(event, bib, f"2{bib}:00")
    publish_event(event)
    return event


def together(*calls: Callable[[], Any]) -> list[Any]:
    """What each call returned or how it was refused; all at the same moment, each on its own connection."""
    barrier = threading.Barrier(len(calls))
    results: list[Any] = [None] * len(calls)

    def run(number: int) -> None:
        barrier.wait()
        try:
            results[number] = calls[number]()
        except Refused as refusal:
            results[number] = refusal
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_one_score_is_superseded_once(race: Event) -> None:
    score = Score.objects.get(entry__bib="1")
    results = together(
        *(
            lambda value=value: supersede_score(score.pk, changes={"value": value}, reason=f"{value}", by=None)
            for value in range(1, 7)
        ),
        lambda: void_score(score.pk, reason="void", by=None),
    )
    assert sum(isinstance(result, Score) for result in results) == 1
    assert Correction.objects.count() == 1
    assert Score.objects.filter(entry__bib="1", is_current=True).count() <= 1


def test_two_corrections_of_one_entry_both_stand(race: Event) -> None:
    entry = Entry.objects.get(bib="1")
    before = Event.objects.get(pk=race.pk).input_version
    together(
        lambda: change_entry(entry.pk, changes={"adjustment": 5}, reason="a", by=None),
        lambda: change_entry(entry.pk, changes={"status": Entry.Status.DNF}, reason="b", by=None),
    )
    entry.refresh_from_db()
    assert (entry.adjustment, entry.status) == (5, Entry.Status.DNF)
    assert sorted(Correction.objects.values_list("input_version", flat=True)) == [before + 1, before + 2]


def test_a_correction_while_the_ranking_runs_asks_for_another_and_is_not_lost(
    race: Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = Entry.objects.get(bib="1")
    change_entry(entry.pk, changes={"adjustment": 5}, reason="first", by=None)
    OutboxMessage.objects.all().delete()

    def read_and_be_overtaken(event_id: int) -> Any:
        data = read_input(event_id)
        change_entry(entry.pk, changes={"status": Entry.Status.DNF}, reason="second", by=None)
        return data

    with monkeypatch.context() as patch:
        patch.setattr(services, "read_input", read_and_be_overtaken)
        generate_event_ranking(race.pk)
    # The revision tells of what it was computed from and of nothing later.
    assert Ranking.objects.get(revision=2).reason == "first"
    assert OutboxMessage.objects.filter(task_name="events.generate_event_ranking").count() == 1
    generate_event_ranking(race.pk)
    assert Ranking.objects.get(revision=3).reason == "second"


def test_a_merge_and_a_new_entry_of_the_dropped_one_at_once() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer")
    owner = make_user()
    for _turn in range(10):
        first, second = make_event(owner=owner), make_event(owner=owner)
        keep = add_entry(first, "1").participant
        drop = add_entry(first, "2", external_id=f"drop-{first.pk}").participant
        together(
            lambda: merge_participants(keep.pk, drop_id=drop.pk, reason="one", by=None),  # noqa: B023
            lambda: register_entry(second.pk, bib="7", name="x", external_id=f"drop-{first.pk}"),  # noqa: B023
            lambda: change_participant(drop.pk, changes={"name": "y"}),  # noqa: B023
            lambda: change_participant(keep.pk, changes={"name": "z"}),  # noqa: B023
        )
        assert Entry.objects.get(event=second).participant == keep
        assert set(Entry.objects.filter(participant=drop)) == {Entry.objects.get(event=first, bib="2")}


def test_a_merge_both_ways_at_once_is_one_merge() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer")
    owner = make_user()
    one, other = (add_entry(make_event(owner=owner), "1").participant for _ in range(2))
    results = together(
        lambda: merge_participants(one.pk, drop_id=other.pk, reason="x", by=None),
        lambda: merge_participants(other.pk, drop_id=one.pk, reason="x", by=None),
    )
    assert sum(isinstance(result, Refused) for result in results) == 1
    assert {entry.participant_id for entry in Entry.objects.all()} in ({one.pk}, {other.pk})
