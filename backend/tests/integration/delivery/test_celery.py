"""The Celery application as it is configured: every task finds a queue, every queue a worker."""

import ast
import re
import uuid
from fnmatch import fnmatch
from pathlib import Path

import pytest
from celery import current_app
from celery.app.defaults import NAMESPACES
from celery.app.defaults import flatten as flatten_options
from django.conf import settings
from django.db import transaction
from django_celery_beat.models import PeriodicTask

from delivery.ledger import task_state
from delivery.outbox import enqueue
from tests.broker import Broker
from tests.processes import BACKEND, Processes, wait_until
from tests.schedule_rows import enqueued, every

# Read from Django's settings by Celery's integration with Django, so it is no setting of Celery's own.
READ_BY_THE_DJANGO_FIXUP = {"db_reuse_max"}


@pytest.fixture(scope="module")
def task_names() -> list[str]:
    current_app.loader.import_default_modules()
    return [name for name in current_app.tasks if not name.startswith("celery.")]


def test_every_task_has_a_route(task_names: list[str]) -> None:
    assert task_names
    for name in task_names:
        (pattern,) = [pattern for pattern in settings.CELERY_TASK_ROUTES if fnmatch(name, pattern)]
        assert settings.CELERY_TASK_ROUTES[pattern]["queue"] == name.split(".")[0]


def test_every_app_with_tasks_has_its_queue_and_no_queue_is_without() -> None:
    assert set(settings.QUEUES) == {path.parent.name for path in (BACKEND / "apps").glob("*/tasks.py")}
    assert set(settings.CELERY_TASK_ROUTES) == {*(f"{queue}.*" for queue in settings.QUEUES), "celery.*"}


def test_the_given_queues_are_there() -> None:
    assert {"events", "notifications", "rankings"} <= set(settings.QUEUES)


def test_every_route_leads_to_a_queue_of_the_settings() -> None:
    assert {route["queue"] for route in settings.CELERY_TASK_ROUTES.values()} == set(current_app.amqp.queues)


def test_every_task_name_that_is_enqueued_exists(task_names: list[str]) -> None:
    enqueued = {name for path in sorted((BACKEND / "apps").rglob("*.py")) for name in names_enqueued_in(path)}
    assert enqueued
    assert enqueued - set(task_names) == set()


def names_enqueued_in(path: Path) -> set[str]:
    """Every literal that has the form of a task's name and stands in a module that enqueues."""
    tree = ast.parse(path.read_text())
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and is_name(node.func, "enqueue")]
    literals = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    domains = "|".join(current_app.amqp.queues)
    return {text for text in literals if re.fullmatch(rf"({domains})\.[a-z0-9_]+", text)} if calls else set()


def is_name(node: ast.expr, name: str) -> bool:
    return (isinstance(node, ast.Name) and node.id == name) or (isinstance(node, ast.Attribute) and node.attr == name)


def test_every_setting_is_known_to_celery() -> None:
    known = {option[0] for option in flatten_options(NAMESPACES)}
    ours = {name.removeprefix("CELERY_").lower() for name in dir(settings) if name.startswith("CELERY_")}
    assert ours - known == READ_BY_THE_DJANGO_FIXUP


def test_a_worker_as_it_stands_consumes_every_queue(processes: Processes, broker: Broker) -> None:
    worker = processes.start_worker(CELERY_SKIP_CHECKS="")
    assert set(current_app.amqp.queues) == set(settings.QUEUES)
    for queue in current_app.amqp.queues:
        assert f".> {queue} " in worker.log
    assert worker.stop() == 0


def test_beat_as_it_stands_reads_its_schedules_from_the_database(processes: Processes, broker: Broker) -> None:
    command = [str(Path(BACKEND.parent / ".venv/bin/celery")), "-A", "config", "beat", "-l", "info", "--pidfile="]
    schedule = every(1)
    beat = processes.start(*command)
    beat.wait_for_log("beat: Starting...")
    assert ". scheduler -> delivery.beat.OutboxScheduler" in beat.log
    wait_until(lambda: enqueued(schedule) > 0, "the schedule's task in the outbox")
    assert beat.stop() == 0
    # No schedule is made by code, not even Celery's own: `manage.py schedules load` brings it.
    assert PeriodicTask.objects.count() == 1


def ask(task_name: str, **kwargs: object) -> uuid.UUID:
    with transaction.atomic():
        return enqueue(task_name, kwargs)


def test_relay_and_worker_run_a_task_and_the_ledger_tells(processes: Processes, broker: Broker) -> None:
    task_id = ask("events.generate_event_ranking", event_id=1)
    assert task_state(task_id).state == "waiting"
    processes.start_relay()
    wait_until(lambda: task_state(task_id).state == "sent", "sent")
    processes.start_worker()
    wait_until(lambda: task_state(task_id).state == "succeeded", "succeeded")
    state = task_state(task_id)
    assert state.result["event_id"] == 1
    assert None not in (state.sent_at, state.started_at, state.finished_at)


def test_a_task_that_keeps_failing_is_tried_four_times_and_then_has_failed(
    processes: Processes, broker: Broker
) -> None:
    task_id = ask("events.generate_event_ranking", event_id="no number")
    processes.start_relay()
    worker = processes.start_worker(app="tests.haste")
    wait_until(lambda: task_state(task_id).reason is not None, "the first try has failed")
    between = task_state(task_id)
    wait_until(lambda: task_state(task_id).state == "failed", "failed")
    assert between.state == "sent"
    assert worker.log.count(f"[{task_id}] received") == 4
    assert "no number" in (task_state(task_id).reason or "")
    assert [broker.count(queue) for queue in settings.QUEUES] == [0] * len(settings.QUEUES)
