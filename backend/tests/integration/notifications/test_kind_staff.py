"""When organisers and staff are told of work that was given up."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.utils import timezone

from apps.events.models import Event
from apps.events.services import change_event, generate_event_ranking
from apps.notifications.models import Announcement
from apps.notifications.services import announce_dead_letters
from delivery.models import DeadLetter
from tests.dead_letters import make_dead_letters
from tests.factories import make_event, make_user
from tests.integration.notifications.told import Kind, facts_to, message_to, told

pytestmark = pytest.mark.django_db(transaction=True)
OTHER = "rankings.refresh_standings"
NOTHING = {"rankings_failed": 0, "waiting": 0}


@pytest.fixture
def operator() -> User:
    return make_user("operator", is_staff=True)


@pytest.fixture
def race(operator: User) -> Event:
    return make_event(slug="race", name="Harbour 10K", owner=make_user("owner"))


def die(task_name: str = OTHER, *, count: int = 1, aged: bool = True, **fields: Any) -> list[DeadLetter]:
    """Dead letters, taken in a while ago unless told otherwise."""
    letters = make_dead_letters(count, **{"task_name": task_name, "exception_message": "no such thing", **fields})
    if aged:
        ids = [one.pk for one in letters]
        DeadLetter.objects.filter(pk__in=ids).update(taken_at=timezone.now() - timedelta(minutes=1))
    return letters


def fail(race: Event, **fields: Any) -> DeadLetter:
    return die("events.generate_event_ranking", kwargs={"event_id": race.pk}, **fields)[0]


def test_a_failed_ranking_is_told_to_the_owner_and_staff_once(race: Event, operator: User) -> None:
    letter = fail(race)
    assert announce_dead_letters() == {"rankings_failed": 2, "waiting": 0}
    assert announce_dead_letters() == NOTHING
    assert told(Kind.RANKING_FAILED) == [["operator", "owner"]]
    facts = facts_to(User.objects.get(username="owner"), Kind.RANKING_FAILED)
    letter.refresh_from_db()
    # What went wrong inside is for staff.
    assert facts.context == {"event": race, "error": "", "failed_at": letter.died_at}
    assert facts.data == {"event": "race", "error": "", "failed_at": letter.died_at.isoformat()}
    assert facts.path == "/events/race/"
    of_staff = facts_to(operator, Kind.RANKING_FAILED)
    assert of_staff.path == "/admin/delivery/deadletter/"
    assert of_staff.context["error"] == of_staff.data["error"] == "RuntimeError: no such thing"


def test_a_letter_with_arguments_of_no_sense_stops_nobody(race: Event) -> None:
    for event_id in ([race.pk], {"pk": race.pk}, "race", None):
        die("events.generate_event_ranking", kwargs={"event_id": event_id})
    fail(race)
    announce_dead_letters()
    assert len(told(Kind.RANKING_FAILED)) == 1


def test_another_failure_is_told_anew_and_each_event_by_itself(race: Event) -> None:
    fail(race)
    announce_dead_letters()
    other = make_event(slug="other")
    fail(race)
    fail(race)
    fail(other)
    assert announce_dead_letters()["rankings_failed"] == 3
    assert announce_dead_letters() == NOTHING
    assert told(Kind.RANKING_FAILED) == [["operator", "owner"], ["operator", "owner"], ["operator"]]


def test_an_older_letter_of_a_failure_that_was_told_is_no_other_failure(race: Event) -> None:
    fail(race)
    newest = fail(race)
    announce_dead_letters()
    DeadLetter.objects.filter(pk=newest.pk).update(state="discarded")
    assert announce_dead_letters() == NOTHING


def test_once_the_event_is_ranked_it_is_not_sent(race: Event, operator: User) -> None:
    fail(race)
    announce_dead_letters()
    generate_event_ranking(race.pk)
    facts = facts_to(operator, Kind.RANKING_FAILED)
    assert (facts.withheld, facts.data) == ("overtaken", {})


def test_who_is_not_owner_or_staff_any_more_is_told_nothing(race: Event, operator: User) -> None:
    fail(race)
    announce_dead_letters()
    change_event(race.pk, changes={"owner": make_user("new")})
    User.objects.filter(pk=operator.pk).update(is_staff=False)
    for name in ("owner", "operator"):
        message = message_to(User.objects.get(username=name), Kind.RANKING_FAILED)
        assert (message.facts.withheld, message.facts.context) == ("not visible", {})
        assert "Harbour" not in message.title + message.text


def test_other_letters_are_told_to_staff_alone(race: Event, operator: User) -> None:
    die(count=3, died_at="2026-02-01T00:00:00Z")
    die("events.import_scores", fingerprint="1" * 16, exception_type="KeyError")
    assert announce_dead_letters() == {"rankings_failed": 0, "waiting": 1}
    assert told(Kind.DEAD_LETTERS_WAITING) == [["operator"]]
    facts = facts_to(operator, Kind.DEAD_LETTERS_WAITING)
    assert facts.data == {
        "count": 4,
        "groups": [
            {
                "task_name": OTHER,
                "count": 3,
                "error": "RuntimeError: no such thing",
                "oldest": "2026-02-01T00:00:00+00:00",
            },
            {
                "task_name": "events.import_scores",
                "count": 1,
                "error": "KeyError: no such thing",
                "oldest": "2026-01-01T00:00:00+00:00",
            },
        ],
    }
    assert (facts.path, facts.context["count"]) == ("/admin/delivery/deadletter/", 4)


def test_at_most_once_an_hour_and_only_of_new_ones(race: Event) -> None:
    die()
    assert announce_dead_letters()["waiting"] == 1
    die()
    assert announce_dead_letters() == NOTHING
    an_hour_ago = timezone.now() - timedelta(hours=1)
    Announcement.objects.update(created_at=an_hour_ago)
    assert announce_dead_letters()["waiting"] == 1
    Announcement.objects.update(created_at=an_hour_ago)
    assert announce_dead_letters() == NOTHING
    assert told(Kind.DEAD_LETTERS_WAITING) == [["operator"]] * 2


def test_once_all_is_decided_it_is_not_sent(race: Event, operator: User) -> None:
    die()
    announce_dead_letters()
    DeadLetter.objects.update(state="discarded")
    facts = facts_to(operator, Kind.DEAD_LETTERS_WAITING)
    assert (facts.withheld, facts.data, facts.context["count"]) == ("overtaken", {}, 0)


def test_what_was_taken_in_a_moment_ago_waits_for_the_next_look(race: Event) -> None:
    """One with a lower id may be committed after it."""
    fail(race, aged=False)
    die(aged=False)
    assert announce_dead_letters() == NOTHING
    DeadLetter.objects.update(taken_at=timezone.now() - timedelta(minutes=1))
    assert announce_dead_letters() == {"rankings_failed": 2, "waiting": 1}


def test_letters_that_name_no_event_are_told_with_the_others(race: Event, operator: User) -> None:
    die("events.generate_event_ranking", kwargs=None)
    die("", kwargs=None, exception_type="", exception_message="no worker could read it")
    assert announce_dead_letters() == {"rankings_failed": 0, "waiting": 1}
    assert facts_to(operator, Kind.DEAD_LETTERS_WAITING).data["count"] == 2


def test_at_once_everybody_is_told_once(race: Event) -> None:
    fail(race)
    die()
    barrier, counts = threading.Barrier(2), list[dict[str, Any]]()

    def run() -> None:
        barrier.wait()
        counts.append(announce_dead_letters())
        connection.close()

    workers = [threading.Thread(target=run) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted((one["rankings_failed"], one["waiting"]) for one in counts) == [(0, 0), (2, 1)]
