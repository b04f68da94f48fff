"""The correlation id of rows, messages and letters, and who keeps which."""

import logging
import uuid
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from pytest_django import DjangoCaptureOnCommitCallbacks

from delivery import outbox
from delivery.dead_letters import Selector
from delivery.followed_batches import NAMED_TOGETHER, tell_of_batch
from delivery.following import CORRELATION_HEADER, correlation_in
from delivery.messages import Row
from delivery.models import OutboxMessage
from delivery.outbox import enqueue
from delivery.replays import order_replay
from telemetry import correlation
from tests.dead_letters import make_dead_letters
from tests.log_ids import Ids
from tests.schedule_rows import every, fire, was_seen

pytestmark = pytest.mark.django_db
NAME = "events.generate_event_ranking"


@pytest.fixture(autouse=True)
def _of_no_request() -> Iterator[None]:
    """Whatever other tests of this process have begun."""
    with correlation.use(""):
        yield


def ids() -> list[str]:
    return list(OutboxMessage.objects.order_by("id").values_list("correlation_id", flat=True))


def test_a_row_has_the_id_of_what_asks_for_it() -> None:
    with correlation.use("request-1"):
        enqueue(NAME, {"event_id": 1})
        enqueue(NAME, {"event_id": 2})
    assert ids() == ["request-1", "request-1"]


def test_a_command_is_one_piece_of_work() -> None:
    with correlation.use(""):
        enqueue(NAME, {"event_id": 1})
        enqueue(NAME, {"event_id": 2})
    first, second = ids()
    assert first == second != ""


class Interrupted(Exception):
    """By what a change is rolled back."""


def test_who_joins_a_waiting_message_is_found_by_the_log(
    caplog: pytest.LogCaptureFixture, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    with correlation.use("first"):
        task_id = enqueue(NAME, {"event_id": 1}, coalesce_key="event:1")
    handler = Ids()
    outbox.logger.addHandler(handler)
    with caplog.at_level(logging.INFO), django_capture_on_commit_callbacks(execute=True):
        with correlation.use("second"):
            assert enqueue(NAME, {"event_id": 1}, coalesce_key="event:1") == task_id
        with suppress(Interrupted), correlation.use("third"), transaction.atomic():
            enqueue(NAME, {"event_id": 1}, coalesce_key="event:1")
            raise Interrupted
        # Whoever waits for this transaction's locks does not wait for the log.
        assert not caplog.records
    outbox.logger.removeHandler(handler)
    assert ids() == ["first"]
    assert handler.found == [("INFO", "second")]
    (line,) = caplog.records
    assert vars(line)["fields"] == {"task_id": str(task_id), "task": NAME, "joined_correlation_id": "first"}


def test_a_row_of_the_version_before_has_none() -> None:
    """It is written without the columns, while the new version is brought in."""
    old = [
        field
        for field in OutboxMessage._meta.local_concrete_fields
        if field.name not in ("id", "correlation_id", "trace_context")
    ]
    row = OutboxMessage(task_name=NAME, kwargs={})
    values = [field.get_db_prep_save(field.pre_save(row, True), transaction.get_connection()) for field in old]
    columns = ", ".join(str(field.column) for field in old)
    with transaction.get_connection().cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {OutboxMessage._meta.db_table} ({columns}) VALUES ({', '.join(['%s'] * len(old))})", values
        )
    assert ids() == [""]
    assert make_row(correlation_id="").headers() == {}


@pytest.mark.parametrize(
    ("headers", "task_id", "found"),
    [
        ({CORRELATION_HEADER: "request-1"}, "task-1", "request-1"),
        ({}, "task-1", "task-1"),
        (None, "task-1", "task-1"),
        ({CORRELATION_HEADER: "a b"}, "task-1", "task-1"),
        ({CORRELATION_HEADER: ["a"]}, "task-1", "task-1"),
        ({}, "no task's id\n", ""),
    ],
)
def test_a_message_without_a_usable_one_has_its_tasks_id(headers: Any, task_id: str, found: str) -> None:
    assert correlation_in(headers, task_id) == found


def test_a_replay_goes_back_to_who_asked_first(caplog: pytest.LogCaptureFixture) -> None:
    make_dead_letters(1, correlation_id="first")
    make_dead_letters(1)  # of a version that knew none
    with correlation.use("operator"), caplog.at_level(logging.DEBUG, logger="delivery.replays"):
        order_replay(Selector().choice(), who="ana", reason="mended", with_canary=False)
    assert ids() == ["first", "operator"]
    asked_by = [vars(line)["fields"]["asked_by_correlation_id"] for line in caplog.records]
    assert asked_by == ["operator", "operator"]


def test_each_slot_of_a_schedule_begins_something_of_its_own() -> None:

    schedule = every(3600)
    was_seen(schedule, timedelta(hours=3, seconds=5), missed="run_all")
    with correlation.use("beat"):
        fire()
    found = ids()
    assert len(set(found)) == len(found) == 3
    assert "beat" not in found


def make_row(**fields: Any) -> Row:
    given = {"id": 1, "task_id": uuid.uuid4(), "task_name": NAME, "kwargs": {}, "failed_attempts": 0}
    return Row(**{**given, "correlation_id": "request-1", "trace_context": None, **fields})


def test_the_relay_names_what_it_sent_in_few_lines(caplog: pytest.LogCaptureFixture) -> None:
    rows = [make_row(correlation_id=f"request-{number}") for number in range(NAMED_TOGETHER)] + [make_row()]
    with caplog.at_level(logging.INFO, logger="delivery.relay"):
        tell_of_batch(rows, [], (0.0, 1.0))
    first, second = (vars(line)["fields"] for line in caplog.records)
    assert [task["correlation_id"] for task in first["tasks"]] == [row.correlation_id for row in rows[:-1]]
    assert "correlation_id" not in first
    assert second["correlation_id"] == "request-1"
    assert second["tasks"] == [{"task_id": str(rows[-1].task_id), "task": NAME, "correlation_id": "request-1"}]
