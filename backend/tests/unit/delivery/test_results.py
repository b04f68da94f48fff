"""How results are written, and which tasks write theirs in the transaction of their effects."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from celery import current_app
from django.db import OperationalError, transaction
from django.utils import timezone
from django_celery_results.models import TaskResult

from delivery.models import Hold
from delivery.result_rows import Start, write_start, write_state
from delivery.task import is_one_transaction

ID = "5c5d5e5f-0000-4000-8000-000000000001"


def fields(status: str, result: str = '"done"', **others: Any) -> dict[str, Any]:
    kept = {"content_type": "application/json", "content_encoding": "utf-8"}
    return {"task_id": ID, "status": status, "result": result, **kept, **others}


@pytest.mark.django_db
def test_each_state_takes_the_place_of_the_one_before() -> None:
    assert write_start(fields("STARTED", worker="one")) is Start.GO
    first: Any = TaskResult.objects.get()  # with fields that its stubs lack
    assert (first.status, first.worker) == ("STARTED", "one")
    assert write_state(fields("RETRY", worker="one"))
    assert write_start(fields("STARTED", worker="two")) is Start.GO
    assert write_state(fields("SUCCESS", '{"revision": 3}'))
    last: Any = TaskResult.objects.get()
    assert (last.status, last.result, last.date_created) == ("SUCCESS", '{"revision": 3}', first.date_created)
    assert first.date_started < last.date_started < last.date_done


@pytest.mark.django_db
@pytest.mark.parametrize("status", ["FAILURE", "RETRY", "SUCCESS"])
def test_what_has_succeeded_stays_so(status: str) -> None:
    write_state(fields("SUCCESS", '"first"'))
    assert not write_state(fields(status, '"second"'))
    assert write_start(fields("STARTED")) is Start.DONE
    assert TaskResult.objects.values_list("status", "result").get() == ("SUCCESS", '"first"')


@pytest.mark.django_db
def test_what_has_failed_may_start_again() -> None:
    write_state(fields("FAILURE"))
    assert write_start(fields("STARTED")) is Start.GO


@pytest.mark.django_db
def test_the_start_tells_whether_anything_is_held() -> None:
    hold = Hold.objects.create(queue="events", reason="r", created_by="me")
    assert write_start(fields("STARTED")) is Start.HOLDS
    Hold.objects.update(until=timezone.now())
    assert write_start(fields("STARTED")) is Start.GO
    Hold.objects.update(until=timezone.now() + timedelta(hours=1))
    assert write_start(fields("STARTED")) is Start.HOLDS
    Hold.objects.filter(pk=hold.pk).update(released_at=timezone.now())
    assert write_start(fields("STARTED")) is Start.GO


@pytest.mark.django_db
@pytest.mark.parametrize("text", ["a\0b", "a\ud800b"])
def test_a_failure_of_any_text_is_kept_with_its_reason(text: str) -> None:
    backend: Any = current_app.backend
    backend.store_result(ID, ValueError(text), "FAILURE", traceback=f"ValueError: {text}")
    assert TaskResult.objects.get().status == "FAILURE"


def test_who_runs_a_task_waits_for_the_database_and_who_consumes_does_not() -> None:
    """In the embedded mode both are threads of one process."""
    backend: Any = current_app.backend
    gone = OperationalError("database is locked")
    assert not backend.exception_safe_to_retry(gone)
    with ThreadPoolExecutor(1) as threads:
        assert threads.submit(backend.exception_safe_to_retry, gone).result()


def test_the_tasks_whose_services_are_one_transaction() -> None:
    current_app.loader.import_default_modules()
    names = {name for name, task in current_app.tasks.items() if getattr(task, "is_atomic", False)}
    assert names >= {
        "notifications.announce_dead_letters",
        "notifications.announce_event_correction",
        "notifications.announce_event_ranking",
        "notifications.announce_import",
        "notifications.announce_season_standings",
        "notifications.announce_status_change",
        "notifications.sweep_deliveries",
        "rankings.refresh_standings",
    }
    # In several, so that nobody waits for a lock while they work.
    assert names.isdisjoint(
        {
            "events.generate_event_ranking",
            "events.import_scores",
            "notifications.announce_openings",
            "notifications.deliver_messages",
            "rankings.refresh_season_standings",
        }
    )


def service() -> None:
    """Of no matter."""


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (transaction.atomic(service), True),
        (transaction.atomic(savepoint=False)(service), True),
        (transaction.atomic("default")(service), True),
        (transaction.atomic("another")(service), False),
        # It refuses to run within another transaction.
        (transaction.atomic(durable=True)(service), False),
        (service, False),
        (None, False),
    ],
)
def test_one_transaction_is_what_atomic_decorates(function: object, expected: bool) -> None:
    assert is_one_transaction(function) is expected
