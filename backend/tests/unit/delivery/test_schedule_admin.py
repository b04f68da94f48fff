"""Schedules in the admin."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from django_celery_beat.models import PeriodicTask

from delivery.models import OutboxMessage, ScheduledSlot, ScheduleState
from tests.factories import make_user
from tests.schedule_rows import TASK, every

pytestmark = pytest.mark.django_db
TASKS = "/admin/django_celery_beat/periodictask/"
SLOTS = "/admin/delivery/scheduledslot/"


@pytest.fixture
def staff(client: Client) -> Client:
    client.force_login(make_user(is_staff=True, is_superuser=True))
    return client


def form(schedule: PeriodicTask, **changes: Any) -> dict[str, Any]:
    """What a browser posts for the schedule."""
    state = ScheduleState.objects.filter(schedule=schedule).first()
    fields = {"name": schedule.name, "task": TASK, "enabled": "on", "interval": schedule.interval_id, "kwargs": "{}"}
    inline = {"TOTAL_FORMS": 1, "INITIAL_FORMS": 1 if state else 0, "0-missed": "run_once", "0-schedule": schedule.pk}
    inline |= {"0-id": state.pk} if state else {}
    return (
        fields
        | {"args": "[]", "headers": "{}"}
        | {f"placar_state-{name}": value for name, value in inline.items()}
        | changes
    )


def test_the_policy_is_set_beside_the_schedule(staff: Client) -> None:
    schedule = every(60)
    assert b"run the latest one" in staff.get(f"{TASKS}{schedule.pk}/change/").content
    posted = staff.post(f"{TASKS}{schedule.pk}/change/", form(schedule, **{"placar_state-0-missed": "run_all"}))
    assert posted.status_code == 302
    assert ScheduleState.objects.get(schedule=schedule).missed == "run_all"
    posted = staff.post(f"{TASKS}{schedule.pk}/change/", form(schedule, **{"placar_state-0-missed": "skip"}))
    assert posted.status_code == 302
    assert ScheduleState.objects.get(schedule=schedule).missed == "skip"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"queue": "events"}, b"queue: must be empty"),
        ({"args": "[1]"}, b"args: must be empty"),
        ({"kwargs": "[]"}, b"kwargs: must be a dict"),
        ({"task": "Nonsense"}, b"must be domain.action"),
    ],
)
def test_what_a_beat_would_call_broken_is_refused(staff: Client, change: dict[str, str], reason: bytes) -> None:
    schedule = every(60)
    posted = staff.post(f"{TASKS}{schedule.pk}/change/", form(schedule, **change))
    assert posted.status_code == 200
    assert reason in posted.content


def test_the_list_warns_of_no_wrong_scheduler(staff: Client) -> None:
    every(60)
    page = staff.get(TASKS)
    assert page.status_code == 200
    assert not page.context["wrong_scheduler"]
    assert b"DatabaseScheduler" not in page.content


def test_running_now_is_enqueued_and_never_published(staff: Client) -> None:
    schedule = every(60)
    data = {"action": "run_tasks", "_selected_action": [schedule.pk]}
    assert b"1 tasks were enqueued" in staff.post(TASKS, data, follow=True).content
    assert OutboxMessage.objects.get().task_name == TASK
    PeriodicTask.objects.update(args="[1]")
    assert b"Nothing was enqueued" in staff.post(TASKS, data, follow=True).content
    assert OutboxMessage.objects.count() == 1


def test_slots_are_there_to_look_at_and_go_with_their_schedule(staff: Client) -> None:
    schedule = every(60)
    slot = ScheduledSlot.objects.create(schedule=schedule, due_at=timezone.now(), outcome="skipped")
    page = staff.get(SLOTS)
    assert b"Skipped" in page.content
    assert staff.get(f"{SLOTS}add/").status_code == 403
    assert staff.post(f"{SLOTS}{slot.pk}/delete/", {"post": "yes"}).status_code == 403
    assert staff.post(f"{TASKS}{schedule.pk}/delete/", {"post": "yes"}).status_code == 302
    assert not ScheduledSlot.objects.exists()
