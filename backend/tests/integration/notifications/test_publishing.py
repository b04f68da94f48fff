"""Publishing, from the service to standings and inbox, through a real relay, broker and worker."""

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models.functions import Coalesce
from django_celery_results.models import TaskResult

from apps.events.models import Event, Ranking
from apps.events.services import change_event_state
from apps.notifications.models import Notification
from apps.rankings.models import Season, Standings
from apps.rankings.readers import read_board
from apps.rankings.season_events import NewSeasonEvent
from apps.rankings.services import create_season, set_season_events
from delivery.models import OutboxMessage
from delivery.outbox import enqueue
from tests.factories import add_entry, add_score, make_event, make_user
from tests.processes import Processes, wait_until
from tests.task_states import count_states

RACES = ({"Ana": "20:00", "Bia": "21:00"}, {"Bia": "39:00", "Ana": "40:00", "Caio": "41:00"})


@pytest.fixture
def workers(processes: Processes) -> Processes:
    processes.start_relay()
    processes.start_worker("--concurrency", "2")
    return processes


@pytest.fixture
def accounts(transactional_db: None) -> dict[str, User]:
    return {name: make_user(name) for name in ("Ana", "Bia")}


@pytest.fixture
def races(accounts: dict[str, User]) -> list[Event]:
    """Two closed events of the same people; Caio has no account."""
    events = [make_event(slug=f"race-{number}") for number in (1, 2)]
    for event, times in zip(events, RACES, strict=True):
        for bib, (name, time) in enumerate(times.items(), 1):
            add_entry(event, str(bib), name=name, external_id=name, user=accounts.get(name))
            add_score(event, str(bib), time)
        change_event_state(event.pk, action="close", by=None)
    return events


@pytest.fixture
def season(races: list[Event]) -> Season:
    season = create_season(slug="city", name="City", rules={"points": {"by_place": [10, 7, 4]}}, owner=None)
    return set_season_events(season.pk, events=[NewSeasonEvent(race.pk) for race in races])


def all_done() -> bool:
    states = count_states()
    assert "failed" not in states, TaskResult.objects.exclude(traceback=None).values_list("traceback")
    return set(states) == {"succeeded"}


def publish(race: Event) -> None:
    wait_until(all_done, "every task has succeeded")
    change_event_state(race.pk, action="publish", by=None)
    wait_until(all_done, "every task has succeeded")


def table(season: Season) -> list[tuple[int | None, str, str]]:
    season.refresh_from_db()
    assert season.current_standings is not None
    view = read_board(season.current_standings)
    return [(line.rank, line.name, line.total) for line in view.lines]


def inboxes() -> dict[str, list[str]]:
    """Of which events and seasons each of them was told; two workers tell of both in any order."""
    told = Notification.objects.annotate(about=Coalesce("announcement__event__slug", "announcement__season__slug"))
    pairs = told.order_by("about").values_list("recipient__username", "about")
    return {name: [about for one, about in pairs if one == name] for name, _ in pairs}


def test_publishing_refreshes_the_season_and_tells_the_participants(
    workers: Processes, season: Season, races: list[Event]
) -> None:
    publish(races[0])
    assert table(season) == [(1, "Ana", "10"), (2, "Bia", "7")]
    assert inboxes() == {"Ana": ["city", "race-1"], "Bia": ["city", "race-1"]}
    publish(races[1])
    assert table(season) == [(1, "Bia", "17"), (2, "Ana", "17"), (3, "Caio", "4")]
    assert inboxes() == {name: ["city", "city", "race-1", "race-2"] for name in ("Ana", "Bia")}


def test_redelivered_tasks_change_nothing(workers: Processes, season: Season, races: list[Event]) -> None:
    for race in races:
        publish(race)
    before = (list(Standings.objects.values()), list(Notification.objects.order_by("pk").values()))
    sent = OutboxMessage.objects.filter(task_name__regex=r"^(rankings|notifications)\.")
    doubles = list(sent.values_list("task_name", "kwargs"))
    assert len(doubles) >= 4
    with transaction.atomic():
        for task_name, kwargs in doubles * 2:
            enqueue(task_name, kwargs)
    wait_until(all_done, "every task has succeeded")
    assert (list(Standings.objects.values()), list(Notification.objects.order_by("pk").values())) == before


def test_a_correction_reaches_standings_and_inboxes(workers: Processes, season: Season, races: list[Event]) -> None:
    publish(races[0])
    change_event_state(races[0].pk, action="reopen", by=None)
    wait_until(all_done, "every task has succeeded")
    assert table(season) == []
    add_score(races[0], "2", "19:00")
    change_event_state(races[0].pk, action="close", by=None)
    publish(races[0])
    assert table(season) == [(1, "Bia", "10"), (2, "Ana", "7")]
    assert inboxes() == {name: ["city", "city", "race-1", "race-1"] for name in ("Ana", "Bia")}


def test_the_demo_is_published_once_a_worker_has_ranked_it(processes: Processes) -> None:
    assert processes.run_command("seed_demo").returncode == 0
    processes.start_relay()
    processes.start_worker()
    published = processes.run_command("seed_demo", "--publish")
    assert published.returncode == 0, published.stderr
    wait_until(all_done, "every task has succeeded")
    told = Notification.objects.filter(recipient__username="runner", announcement__kind="results_published")
    assert told.count() == 3
    standings = Season.objects.get().current_standings
    assert standings is not None
    assert len(standings.event_ids) == 3


def test_generate_ranking_waits_for_the_worker(workers: Processes, races: list[Event]) -> None:
    wait_until(all_done, "every task has succeeded")
    done = workers.run_command("generate_ranking", "race-1", "--wait")
    # How many revisions there were depends on how soon the worker took up the first scores.
    newest = Ranking.objects.filter(event=races[0]).count()
    assert (done.returncode, done.stdout) == (0, f"race-1: revision {newest}, unchanged\n"), done.stderr
