"""Results and effects, with a real worker: they do not part, whatever comes twice or dies in between."""

import uuid
from typing import Any

import pytest
from celery import current_app
from django.db import OperationalError, connection, transaction
from django_celery_results.models import TaskResult

from apps.rankings.models import Season
from apps.rankings.services import create_season
from delivery.broker import open_connection
from delivery.ledger import task_state
from delivery.messages import prepare, queue_of, represent
from delivery.models import DeadLetter, OutboxMessage
from delivery.outbox import enqueue
from tests.broker import Broker, channel_of
from tests.database import Database
from tests.processes import Processes, RunningProcess, wait_until

NAME = "rankings.refresh_standings"


@pytest.fixture
def season(transactional_db: None) -> Season:
    return create_season(slug="season", name="runs: ", rules={"points": {"by_place": [1]}}, owner=None)


def start_worker(processes: Processes, service: str, *options: str) -> RunningProcess:
    """A worker of tests.stand_in."""
    return processes.start_worker(*options, app="tests.stand_in", STAND_IN=service)


def ask(season: Season) -> uuid.UUID:
    OutboxMessage.objects.all().delete()
    with transaction.atomic():
        return enqueue(NAME, {"season_id": season.pk})


def ask_or_join(season: Season) -> uuid.UUID:
    with transaction.atomic():
        return enqueue(NAME, {"season_id": season.pk}, coalesce_key="a season")


def publish_copies(task_id: uuid.UUID, season: Season, count: int) -> None:
    """What the broker has after a relay died, `count` times, between a confirm and its commit."""
    queue = queue_of(NAME)
    with open_connection() as broker:
        channel = channel_of(broker)
        for _ in range(count):
            kwargs = {"season_id": season.pk}
            message = prepare(channel, str(task_id), NAME, kwargs, represent(kwargs), {})
            channel.basic_publish(message, current_app.conf.task_default_exchange, queue.routing_key)


def strokes(season: Season) -> int:
    season.refresh_from_db()
    return season.name.count("|")


def test_a_task_of_one_transaction_happens_once_though_its_message_comes_five_times(
    processes: Processes, broker: Broker, season: Season
) -> None:
    task_id = ask(season)
    publish_copies(task_id, season, 5)
    # Two at once: the second begins before the first is committed, and finds out when it wants to commit.
    worker = start_worker(processes, "count_once", "--concurrency", "2")
    wait_until(lambda: worker.log.count("succeeded before") >= 3, "the last copies passed over")
    wait_until(lambda: "another run of it has succeeded" in worker.log, "the run that came second rolled back")
    assert strokes(season) == 1
    assert task_state(task_id).state == "succeeded"
    assert not TaskResult.objects.exclude(status="SUCCESS").exists()
    wait_until(lambda: broker.count("rankings") == 0, "an empty queue")


def test_a_change_that_joins_a_task_which_was_run_but_is_unsent_has_it_run_again(
    processes: Processes, season: Season
) -> None:
    """As after a relay that died between the broker's confirm and its commit."""
    task_id = ask_or_join(season)
    publish_copies(task_id, season, 1)
    start_worker(processes, "count_once")
    wait_until(lambda: is_known_as(task_id, "succeeded"), "the first run")
    assert ask_or_join(season) == task_id
    publish_copies(task_id, season, 1)
    wait_until(lambda: strokes(season) == 2, "the second run")
    wait_until(lambda: is_known_as(task_id, "succeeded"), "its result")


def test_a_change_that_joins_a_task_while_it_runs_has_it_run_again(processes: Processes, season: Season) -> None:
    task_id = ask_or_join(season)
    publish_copies(task_id, season, 2)
    start_worker(processes, "count_once", "--concurrency", "2")
    wait_until(lambda: strokes(season) == 2, "both runs")


def test_a_result_waits_for_the_database_that_died_after_the_effects(
    processes: Processes, database: Database, season: Season
) -> None:
    task_id = ask(season)
    publish_copies(task_id, season, 1)
    worker = start_worker(processes, "lose_database")
    wait_until(lambda: "Failed operation" in worker.log, "the result refused")
    database.control("start")
    wait_until(lambda: is_known_as(task_id, "succeeded"), "the result")
    assert strokes(season) == 1
    assert "Retry in" not in worker.log
    assert not DeadLetter.objects.exists()


def test_a_worker_that_dies_while_its_result_waits_for_the_database_leaves_the_task_to_another(
    processes: Processes, database: Database, season: Season
) -> None:
    task_id = ask(season)
    publish_copies(task_id, season, 1)
    worker = start_worker(processes, "lose_database")
    wait_until(lambda: "Failed operation" in worker.log, "the result refused")
    worker.kill()
    database.control("start")
    start_worker(processes, "count_once")
    wait_until(lambda: is_known_as(task_id, "succeeded"), "the result")
    # A service that is not one transaction must see for itself that its effects are there.
    assert strokes(season) == 2


def test_a_child_killed_while_the_database_is_away_leaves_its_worker_able_to_go_on(
    processes: Processes, database: Database, season: Season
) -> None:
    task_id = ask(season)
    publish_copies(task_id, season, 1)
    worker = start_worker(processes, "lose_database_once")
    wait_until(lambda: "Failed operation" in worker.log, "the result refused")
    worker.kill_children()
    wait_until(lambda: "WorkerLostError" in worker.log, "the loss of the child noticed")
    database.control("start")
    wait_until(lambda: is_known_as(task_id, "succeeded"), "the result")
    assert strokes(season) == 2


def test_what_the_database_refuses_is_tried_as_often_as_the_task_states(processes: Processes, season: Season) -> None:
    """Celery's three are not added to the task's own, though an error of the database may also be one of the commit."""
    task_id = ask(season)
    publish_copies(task_id, season, 1)
    worker = processes.start_worker(app="tests.stand_in", STAND_IN="break_rule", RETRIES="1")
    wait_until(lambda: is_known_as(task_id, "failed"), "the task given up")
    assert str(task_state(task_id).reason).startswith("IntegrityError")
    assert worker.log.count("retry: Retry in") == 1


def is_known_as(task_id: uuid.UUID, state: str) -> Any:
    try:
        return task_state(task_id).state == state
    except OperationalError:
        connection.close()
        return False
