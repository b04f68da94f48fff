"""generate_event_ranking: revisions, the pointer, and when a ranking runs again."""

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from apps.errors import WrongState
from apps.events import changes, services
from apps.events.models import Event, Ranking
from apps.events.services import change_event_state, generate_event_ranking, request_event_ranking
from apps.events.snapshot import read_input
from delivery.models import OutboxMessage
from tests.factories import add_entry, add_score, make_event

pytestmark = pytest.mark.django_db(transaction=True)


def ranking_requests() -> list[OutboxMessage]:
    return list(OutboxMessage.objects.filter(task_name="events.generate_event_ranking", sent_at=None))


def mark_all_sent() -> None:
    OutboxMessage.objects.update(sent_at=timezone.now())


@pytest.fixture
def race() -> Event:
    event = make_event()
    for bib in ("7", "12"):
        add_entry(event, bib)
    add_score(event, "7", "21:40")
    return event


def test_the_first_run_makes_a_revision_and_the_event_points_to_it(race: Event) -> None:
    assert generate_event_ranking(race.pk) == {"event_id": race.pk, "revision": 1, "is_new": True}
    race.refresh_from_db()
    assert race.current_ranking is not None
    assert race.current_ranking.revision == 1
    assert race.ranked_version == race.input_version


def test_the_same_content_makes_no_revision_but_holds_for_the_new_input(race: Event) -> None:
    generate_event_ranking(race.pk)
    add_score(race, "7", "25:00")  # slower than the best attempt: changes nothing
    assert generate_event_ranking(race.pk) == {"event_id": race.pk, "revision": 1, "is_new": False}
    race.refresh_from_db()
    assert race.ranked_version == race.input_version


def test_a_changed_result_makes_the_next_revision_and_keeps_the_old_one(race: Event) -> None:
    generate_event_ranking(race.pk)
    before = Ranking.objects.get(event=race)
    add_score(race, "12", "20:00")
    assert generate_event_ranking(race.pk)["revision"] == 2
    assert Ranking.objects.get(event=race, revision=1).content_hash == before.content_hash


def test_a_late_run_with_older_input_changes_nothing(race: Event, monkeypatch: pytest.MonkeyPatch) -> None:
    old_input = read_input(race.pk)
    add_score(race, "12", "20:00")
    generate_event_ranking(race.pk)
    monkeypatch.setattr(services, "read_input", lambda event_id: old_input)
    assert generate_event_ranking(race.pk) == {"event_id": race.pk, "revision": 1, "is_new": False}
    race.refresh_from_db()
    assert race.ranked_version == race.input_version


def test_two_runs_at_once_make_one_revision(race: Event) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer")
    barrier, results = threading.Barrier(2), []

    def run() -> None:
        barrier.wait()
        results.append(generate_event_ranking(race.pk))
        connection.close()

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(result["is_new"] for result in results) == [False, True]
    assert Ranking.objects.filter(event=race).count() == 1


def test_a_burst_of_scores_asks_for_one_ranking(race: Event) -> None:
    mark_all_sent()
    for second in range(50):
        add_score(race, "12", f"30:{second:02}")
    (request,) = ranking_requests()
    assert request.not_before is not None
    assert request.not_before > timezone.now() - timedelta(seconds=10)


def test_a_score_that_arrives_while_the_ranking_runs_asks_for_another(race: Event) -> None:
    mark_all_sent()  # the run has been sent and may be reading its input now
    add_score(race, "12", "20:00")
    assert len(ranking_requests()) == 1


@pytest.mark.parametrize(("last_run_ms", "wait_s"), [(0, 1), (400, 1), (5_000, 10), (30_000, 60), (90_000, 60)])
def test_the_next_ranking_waits_twice_as_long_as_the_last_took(last_run_ms: int, wait_s: int) -> None:
    assert changes.cool_down(Event(ranking_ms=last_run_ms)) == timedelta(seconds=wait_s)


def test_a_person_who_asks_waits_for_no_cool_down(race: Event) -> None:
    mark_all_sent()
    add_score(race, "12", "20:00")
    (waiting,) = ranking_requests()
    task_id = request_event_ranking(race.pk)
    (request,) = ranking_requests()
    assert request.task_id == waiting.task_id == task_id
    assert request.not_before is None or request.not_before <= timezone.now()


def test_publishing_needs_a_ranking_of_the_present_input(race: Event) -> None:
    generate_event_ranking(race.pk)
    add_score(race, "12", "20:00")
    change_event_state(race.pk, action="close", by=None)
    with pytest.raises(WrongState, match="not ready yet"):
        change_event_state(race.pk, action="publish", by=None)
    generate_event_ranking(race.pk)
    assert change_event_state(race.pk, action="publish", by=None).state == Event.State.PUBLISHED


def test_what_publishing_sets_off_is_enqueued_with_it(race: Event) -> None:
    generate_event_ranking(race.pk)
    change_event_state(race.pk, action="close", by=None)
    mark_all_sent()
    event = change_event_state(race.pk, action="publish", by=None)
    asked = dict(OutboxMessage.objects.filter(sent_at=None).values_list("task_name", "kwargs"))
    assert asked == {
        "rankings.refresh_season_standings": {"event_id": event.pk},
        "notifications.announce_event_ranking": {"ranking_id": event.current_ranking_id},
    }


def test_an_event_that_is_deleted_meanwhile_is_nothing_to_rank(race: Event) -> None:
    event_id = race.pk
    race.delete()
    assert generate_event_ranking(event_id) == {"event_id": event_id, "revision": None, "is_new": False}
