"""What is removed after its time, and what is not."""

import uuid
from datetime import timedelta

import pytest
from celery import current_app
from django.utils import timezone
from django_celery_beat.models import IntervalSchedule, PeriodicTask
from django_celery_results.models import TaskResult

from delivery import retention
from delivery.models import DeadLetter, OperatorAct, OutboxMessage, ScheduledSlot
from delivery.retention import remove_finished

pytestmark = pytest.mark.django_db
MONTH = timedelta(days=30)
OLD, YOUNG = timedelta(days=31), timedelta(days=29)


def add_task(status: str, *, sent: timedelta, done: timedelta) -> OutboxMessage:
    message = OutboxMessage.objects.create(task_name="events.import_scores", kwargs={}, sent_at=timezone.now() - sent)
    if status:
        add_result(str(message.task_id), status, done)
    return message


def add_result(task_id: str, status: str, done: timedelta) -> None:
    TaskResult.objects.create(task_id=task_id, status=status)
    TaskResult.objects.filter(task_id=task_id).update(date_done=timezone.now() - done)


def add_letter(state: str, settled: timedelta | None) -> DeadLetter:
    return DeadLetter.objects.create(
        digest=uuid.uuid4().hex,
        queue="events",
        body=b"",
        properties={},
        headers={},
        cause="rejected",
        died_at=timezone.now() - OLD,
        fingerprint="f",
        state=state,
        settled_at=None if settled is None else timezone.now() - settled,
    )


@pytest.mark.parametrize("status", ["SUCCESS", "FAILURE", "REVOKED"])
def test_a_task_goes_with_its_result_once_that_is_old(status: str) -> None:
    add_task(status, sent=OLD, done=OLD)
    kept = add_task(status, sent=OLD, done=YOUNG)
    assert remove_finished(MONTH)["tasks"] == 1
    assert list(OutboxMessage.objects.all()) == [kept]
    assert TaskResult.objects.get().task_id == str(kept.task_id)


@pytest.mark.parametrize("status", ["", "STARTED", "RETRY"])
def test_what_is_not_finished_stays_however_old(status: str) -> None:
    add_task(status, sent=OLD, done=OLD)
    OutboxMessage.objects.create(task_name="events.import_scores", kwargs={})
    assert sum(remove_finished(MONTH).values()) == 0
    assert OutboxMessage.objects.count() == 2


def test_results_without_a_task_go_by_their_own_age() -> None:
    add_result("of-a-task-that-beat-sent", "SUCCESS", OLD)
    add_result("of-another", "SUCCESS", YOUNG)
    assert remove_finished(MONTH)["results"] == 1
    assert TaskResult.objects.get().task_id == "of-another"


def test_old_slots_go() -> None:
    interval = IntervalSchedule.objects.create(every=1, period="hours")
    schedule = PeriodicTask.objects.create(name="s", task="events.x", interval=interval)
    for age in (OLD, YOUNG):
        slot = ScheduledSlot.objects.create(schedule=schedule, due_at=timezone.now() - age, outcome="fired")
        ScheduledSlot.objects.filter(pk=slot.pk).update(created_at=timezone.now() - age)
    assert remove_finished(MONTH)["slots"] == 1
    assert ScheduledSlot.objects.count() == 1


def test_dead_letters_go_once_they_are_decided_about() -> None:
    kept = [add_letter("waiting", None), add_letter("replayed", YOUNG)]
    add_letter("discarded", OLD)
    add_letter("replayed", OLD)
    assert remove_finished(MONTH)["dead letters"] == 2
    assert list(DeadLetter.objects.order_by("id")) == kept


def test_what_operators_did_stays() -> None:
    act = OperatorAct.objects.create(who="me", action="replay", selector={}, count=1, reason="r")
    OperatorAct.objects.filter(pk=act.pk).update(at=timezone.now() - 10 * MONTH)
    remove_finished(MONTH)
    assert OperatorAct.objects.exists()


def test_it_goes_on_in_batches_until_all_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "BATCH_ROWS", 2)
    for _ in range(5):
        add_task("SUCCESS", sent=OLD, done=OLD)
    assert remove_finished(MONTH)["tasks"] == 5
    assert not OutboxMessage.objects.exists()


def test_when_the_time_is_up_another_run_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "BATCH_ROWS", 2)
    for _ in range(5):
        add_task("SUCCESS", sent=OLD, done=OLD)
    assert remove_finished(MONTH, budget_seconds=0) == {"tasks": 2}
    assert OutboxMessage.objects.get(sent_at=None).task_name == "celery.backend_cleanup"


def test_celerys_own_cleanup_does_it() -> None:
    add_task("SUCCESS", sent=OLD, done=OLD)
    current_app.tasks["celery.backend_cleanup"]()
    assert not OutboxMessage.objects.exists()
