"""Who is told about results, when, and what it says."""

import threading
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection

from apps.events.models import Entry, Event, Ranking
from apps.events.services import change_entry, change_event_state, generate_event_ranking
from apps.notifications.messages import make_messages
from apps.notifications.models import Notification
from apps.notifications.services import (
    announce_event_ranking,
    mark_all_notifications_read,
    mark_notification_read,
)
from tests.factories import add_entry, add_score, make_event, make_user, publish_event

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def ana() -> User:
    return make_user("ana")


@pytest.fixture
def race(ana: User) -> Event:
    """Ana third of three with a rank, Bia first, Caio without an account second, Davi did not finish."""
    event = make_event(name="Harbour 10K")
    add_entry(event, "1", name="Ana", user=ana, divisions={"sex": "F"})
    add_entry(event, "2", name="Bia", user=make_user("bia"), divisions={"sex": "F"})
    add_entry(event, "3", name="Caio")
    davi = add_entry(event, "4", name="Davi", user=make_user("davi"))
    change_entry(davi.pk, changes={"status": Entry.Status.DNF})
    for bib, time in (("1", "22:00"), ("2", "20:00"), ("3", "21:00")):
        add_score(event, bib, time)
    return event


def recipients(ranking: Ranking) -> set[str]:
    return set(Notification.objects.filter(announcement__ranking=ranking).values_list("recipient__username", flat=True))


def message_of(user: User, ranking: Ranking) -> Any:
    return make_messages([Notification.objects.get(recipient=user, announcement__ranking=ranking)])[0]


def test_each_participant_with_an_account_is_told(race: Event) -> None:
    ranking = publish_event(race)
    assert announce_event_ranking(ranking.pk) == {"ranking_id": ranking.pk, "told": 3}
    assert recipients(ranking) == {"ana", "bia", "davi"}


def test_nobody_is_told_twice_of_a_revision(race: Event) -> None:
    ranking = publish_event(race)
    announce_event_ranking(ranking.pk)
    before = list(Notification.objects.order_by("pk").values())
    assert announce_event_ranking(ranking.pk)["told"] == 0
    change_event_state(race.pk, action="unpublish", by=None)
    change_event_state(race.pk, action="publish", by=None)
    assert announce_event_ranking(ranking.pk)["told"] == 0
    assert list(Notification.objects.order_by("pk").values()) == before


def test_a_corrected_revision_is_announced_again(race: Event) -> None:
    first = publish_event(race)
    announce_event_ranking(first.pk)
    change_event_state(race.pk, action="reopen", by=None)
    add_score(race, "1", "19:00")
    second = publish_event(race)
    assert announce_event_ranking(second.pk)["told"] == 3
    assert announce_event_ranking(first.pk) == {
        "ranking_id": first.pk,
        "told": 0,
        "skipped": "a newer revision holds",
    }


def test_results_that_were_corrected_before_anybody_was_told_are_announced_as_they_are(race: Event) -> None:
    first = publish_event(race)
    winner = Entry.objects.get(event=race, bib="2")
    change_entry(winner.pk, changes={"status": Entry.Status.DSQ}, reason="cut the course")
    generate_event_ranking(race.pk)
    assert announce_event_ranking(first.pk) == {"ranking_id": first.pk, "told": 3}
    assert recipients(Ranking.objects.get(event=race, revision=2)) == {"ana", "bia", "davi"}
    assert recipients(first) == set()
    assert announce_event_ranking(first.pk)["told"] == 0


def test_who_entered_twice_is_told_once_of_both(race: Event, ana: User) -> None:
    add_entry(race, "9", name="Ana's daughter", user=ana)
    add_score(race, "9", "25:00")
    ranking = publish_event(race)
    assert announce_event_ranking(ranking.pk)["told"] == 3
    places = message_of(ana, ranking).facts.context["places"]
    assert [(place.name, place.division, place.rank, place.ranked) for place in places] == [
        ("Ana", "overall", 3, 4),
        ("Ana", "sex:F", 2, 2),
        ("Ana's daughter", "overall", 4, 4),
    ]


@pytest.mark.parametrize("standing", [Entry.Standing.HIDDEN, Entry.Standing.WITHDRAWN])
def test_who_is_not_shown_is_not_told(race: Event, standing: Entry.Standing) -> None:
    change_entry(Entry.objects.get(event=race, bib="1").pk, changes={"standing": standing})
    ranking = publish_event(race)
    announce_event_ranking(ranking.pk)
    assert recipients(ranking) == {"bia", "davi"}


def test_results_that_are_not_official_any_more_are_not_announced(race: Event) -> None:
    ranking = publish_event(race)
    change_event_state(race.pk, action="unpublish", by=None)
    assert announce_event_ranking(ranking.pk) == {
        "ranking_id": ranking.pk,
        "told": 0,
        "skipped": "the event is closed",
    }
    assert not Notification.objects.exists()


def test_a_ranking_that_is_gone_is_an_error() -> None:
    with pytest.raises(Ranking.DoesNotExist):
        announce_event_ranking(4711)


def test_two_workers_at_once_tell_everybody_once(race: Event) -> None:
    ranking = publish_event(race)
    barrier = threading.Barrier(2)
    told: list[int] = []

    def run() -> None:
        barrier.wait()
        told.append(announce_event_ranking(ranking.pk)["told"])
        connection.close()

    workers = [threading.Thread(target=run) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(told) == [0, 3]
    assert Notification.objects.count() == 3


def test_the_message_tells_the_places(race: Event, ana: User) -> None:
    ranking = publish_event(race)
    announce_event_ranking(ranking.pk)
    message = message_of(ana, ranking)
    assert message.title == "Results of Harbour 10K"
    assert message.text.splitlines() == [
        "The results are published.",
        "",
        "Ana (no. 1)",
        "Overall: 3 of 3",
        "Result: 22:00",
        "sex:F: 2 of 2",
    ]
    assert not message.is_withheld
    places = message.facts.context["places"]
    assert [(place.division, place.rank, place.ranked, place.score) for place in places] == [
        ("overall", 3, 3, "22:00"),
        ("sex:F", 2, 2, "22:00"),
    ]
    davi = User.objects.get(username="davi")
    assert "Overall: did not finish" in message_of(davi, ranking).text


def test_a_message_tells_no_results_that_were_withdrawn(race: Event, ana: User) -> None:
    first = publish_event(race)
    announce_event_ranking(first.pk)
    change_event_state(race.pk, action="reopen", by=None)
    withdrawn = message_of(ana, first)
    assert withdrawn.text == "These results were withdrawn."
    assert withdrawn.is_withheld
    assert withdrawn.facts.data == {}
    add_score(race, "1", "19:00")
    publish_event(race)
    assert "have been corrected since" in message_of(ana, first).text


def test_a_late_ranking_that_says_the_same_keeps_the_message(race: Event, ana: User) -> None:
    ranking = publish_event(race)
    announce_event_ranking(ranking.pk)
    generate_event_ranking(race.pk)
    assert message_of(ana, ranking).facts.context["is_current"]


def test_reading_marks_once(race: Event, ana: User) -> None:
    ranking = publish_event(race)
    announce_event_ranking(ranking.pk)
    notification = Notification.objects.get(recipient=ana)
    assert notification.read_at is None
    mark_notification_read(notification.pk)
    notification.refresh_from_db()
    first_time = notification.read_at
    assert first_time is not None
    mark_notification_read(notification.pk)
    notification.refresh_from_db()
    assert notification.read_at == first_time
    assert mark_all_notifications_read(ana.pk) == 0
    bia = User.objects.get(username="bia")
    assert mark_all_notifications_read(bia.pk) == 1
    assert Notification.objects.filter(read_at__isnull=True).count() == 1
