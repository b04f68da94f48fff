"""Firing: what is due fires once, what was missed goes by the policy, and one bad row stops nothing."""

import threading
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.db import connection, connections, transaction
from django.utils import timezone
from django_celery_beat.models import ClockedSchedule, CrontabSchedule, IntervalSchedule, PeriodicTask

from delivery import firing
from delivery.firing import Firing
from delivery.models import OutboxMessage, ScheduledSlot, ScheduleState
from tests.schedule_rows import due_hours_ago, enqueued, every, fire, make, outcomes, seen, was_seen, were_seen

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
FIVE_HOURS = 5 * HOUR
on_postgresql = pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no row locks")


@pytest.mark.parametrize(("missed", "fired"), [("skip", 0), ("run_once", 1), ("run_all", 1)])
def test_a_daily_schedule_that_is_five_hours_late_goes_by_its_policy(missed: str, fired: int) -> None:
    schedule = due_hours_ago(5)
    was_seen(schedule, 10 * HOUR, missed=missed)
    fire()
    assert [outcome for _, outcome in outcomes(schedule)] == ["fired" if fired else "skipped"]
    assert enqueued(schedule) == fired


@pytest.mark.parametrize(("missed", "fired"), [("skip", [5]), ("run_once", [4, 5]), ("run_all", [0, 1, 2, 3, 4, 5])])
def test_of_many_missed_slots_the_policy_takes_none_the_latest_or_all(missed: str, fired: list[int]) -> None:
    schedule = every(3600)
    # The sixth slot was due five seconds ago: that is in time.
    was_seen(schedule, 6 * HOUR + timedelta(seconds=5), missed=missed)
    fire()
    assert [number for number, (_, outcome) in enumerate(outcomes(schedule)) if outcome == "fired"] == fired
    assert len(outcomes(schedule)) == 6
    assert enqueued(schedule) == len(fired)


@pytest.mark.parametrize(("missed", "fired"), [("skip", 0), ("run_once", 1), ("run_all", 1201)])
def test_a_long_downtime_is_worked_off_in_steps_and_in_order(missed: str, fired: int) -> None:
    schedule = every(10, expires=timezone.now() - HOUR)
    was_seen(schedule, HOUR + timedelta(seconds=12_010), missed=missed)
    began = ScheduleState.objects.get(schedule=schedule).began_at
    assert began is not None
    beat = Firing()
    assert beat.fire_due()
    assert len(outcomes(schedule)) == firing.SLOTS_AT_ONCE
    fire()
    slots = outcomes(schedule)
    assert len(slots) in (1200, 1201)
    assert slots[0][0] == began + timedelta(seconds=10)
    assert abs(enqueued(schedule) - fired) <= (1 if missed == "run_all" else 0)
    if missed == "run_once":
        assert [outcome for _, outcome in slots[-2:]] == ["skipped", "fired"]
    task_ids = ScheduledSlot.objects.filter(schedule=schedule, outcome="fired").order_by("due_at")
    sent = OutboxMessage.objects.order_by("id").values_list("task_id", flat=True)
    assert [slot.task_id for slot in task_ids] == list(sent)


def test_a_slot_older_than_expire_seconds_never_fires() -> None:
    schedule = every(3600, expire_seconds=9000)
    was_seen(schedule, FIVE_HOURS + timedelta(seconds=5), missed="run_all")
    fire()
    assert [outcome for _, outcome in outcomes(schedule)] == ["skipped"] * 2 + ["fired"] * 3


def test_looking_again_fires_nothing_again_also_when_the_slots_are_gone() -> None:
    schedule = every(60)
    was_seen(schedule, timedelta(seconds=70))
    fire()
    fire()
    assert enqueued(schedule) == 1
    ScheduledSlot.objects.all().delete()
    fire()
    assert enqueued(schedule) == 1


def test_a_watermark_that_was_set_back_fires_nothing_again() -> None:
    schedule = every(60)
    was_seen(schedule, timedelta(seconds=70))
    moment = ScheduleState.objects.get(schedule=schedule).handled_until
    fire()
    ScheduleState.objects.filter(schedule=schedule).update(handled_until=moment)
    fire()
    assert enqueued(schedule) == 1
    # And it goes on from there.
    assert ScheduleState.objects.get(schedule=schedule).handled_until == outcomes(schedule)[0][0]


def test_the_admin_still_shows_the_last_run_and_no_edit() -> None:
    schedule = every(60)
    was_seen(schedule, timedelta(seconds=125), missed="run_all")
    before = PeriodicTask.objects.get(pk=schedule.pk)
    fire()
    after = PeriodicTask.objects.get(pk=schedule.pk)
    assert after.total_run_count == 2
    assert before.last_run_at is None
    assert timezone.now() - after.last_run_at < HOUR
    assert after.date_changed == before.date_changed


def test_a_new_schedule_fires_nothing_from_before_it_was_made() -> None:
    schedule = due_hours_ago(1)
    fire()
    assert outcomes(schedule) == []


def test_a_schedule_made_while_no_beat_ran_misses_slots_from_then_on() -> None:
    schedule = due_hours_ago(1)
    seen(schedule, 2 * HOUR)
    fire()
    assert enqueued(schedule) == 1


@pytest.mark.parametrize("by_update", [True, False])
def test_an_edited_schedule_fires_nothing_from_before_the_edit(by_update: bool) -> None:
    schedule = due_hours_ago(30)
    was_seen(schedule, 10 * HOUR)
    other = CrontabSchedule.objects.create(minute="*/5", timezone="UTC")
    if by_update:
        PeriodicTask.objects.filter(pk=schedule.pk).update(crontab=other)
    else:
        schedule.refresh_from_db()
        schedule.crontab = other
        schedule.save()
    fire()
    assert outcomes(schedule) == []


def test_an_edit_dated_by_a_clock_that_is_behind_fires_nothing_again() -> None:
    schedule = every(3600)
    was_seen(schedule, timedelta(0))
    other = IntervalSchedule.objects.create(every=7, period="minutes")
    PeriodicTask.objects.filter(pk=schedule.pk).update(interval=other, date_changed=timezone.now() - HOUR)
    fire()
    assert outcomes(schedule) == []


def test_an_edit_of_the_crontab_itself_is_an_edit() -> None:
    schedule = due_hours_ago(30)
    was_seen(schedule, 10 * HOUR)
    CrontabSchedule.objects.filter(pk=schedule.crontab_id).update(minute="*", hour="*")
    fire()
    assert outcomes(schedule) == []


@pytest.mark.parametrize("is_seen_off", [True, False])
def test_a_schedule_switched_on_again_fires_nothing_from_while_it_was_off(is_seen_off: bool) -> None:
    schedule = every(3600)
    was_seen(schedule, HOUR + timedelta(seconds=5))
    fire()
    assert enqueued(schedule) == 1
    schedule.refresh_from_db()
    schedule.enabled = False
    schedule.save()
    if is_seen_off:
        fire()
    schedule.enabled = True
    schedule.save()
    ScheduleState.objects.update(handled_until=timezone.now() - FIVE_HOURS)
    fire()
    assert enqueued(schedule) == 1


def test_switched_on_by_update_long_after_it_was_switched_off() -> None:
    schedule = every(3600)
    was_seen(schedule, 8 * HOUR)
    PeriodicTask.objects.filter(pk=schedule.pk).update(
        enabled=False, date_changed=timezone.now() - 7 * HOUR, last_run_at=None
    )
    fire()
    PeriodicTask.objects.filter(pk=schedule.pk).update(enabled=True)
    fire()
    assert outcomes(schedule) == []


def test_an_edit_of_anything_else_loses_no_slot() -> None:
    schedule = due_hours_ago(5)
    was_seen(schedule, 10 * HOUR)
    schedule.refresh_from_db()
    schedule.description = "why it is there"
    schedule.save()
    fire()
    assert enqueued(schedule) == 1


def test_start_and_expiry_bound_the_slots() -> None:
    now = timezone.now()
    schedule = every(3600, start_time=now - 3 * HOUR, expires=now - HOUR)
    was_seen(schedule, FIVE_HOURS, missed="run_all")
    fire()
    assert [due_at for due_at, _ in outcomes(schedule)] == [now - 3 * HOUR, now - 2 * HOUR, now - HOUR]


def test_a_one_off_schedule_fires_once_and_is_switched_off() -> None:
    schedule = every(60, one_off=True)
    was_seen(schedule, timedelta(seconds=185), missed="run_all")
    fire()
    fire()
    assert len(outcomes(schedule)) == 1
    schedule.refresh_from_db()
    assert (schedule.enabled, schedule.total_run_count) == (False, 1)


def test_a_clocked_schedule_fires_at_its_time() -> None:
    now = timezone.now()
    past, future = (ClockedSchedule.objects.create(clocked_time=now + ago) for ago in (-HOUR, HOUR))
    due, early = make(clocked=past, one_off=True), make(clocked=future, one_off=True)
    seen(due, 2 * HOUR)
    seen(early, 2 * HOUR)
    fire()
    assert (outcomes(due), outcomes(early)) == ([(now - HOUR, "fired")], [])


@on_postgresql
@pytest.mark.django_db(transaction=True)
def test_a_schedule_that_someone_holds_stops_neither_beat_nor_the_others() -> None:
    held, free = every(60), every(60)
    were_seen([held, free], timedelta(seconds=65))
    with transaction.atomic():
        PeriodicTask.objects.filter(pk=held.pk).update(description="not committed yet")
        in_another_connection(fire)
        assert (enqueued(held), enqueued(free)) == (0, 1)
    fire()
    assert enqueued(held) == 1


@on_postgresql
@pytest.mark.django_db(transaction=True)
def test_many_beats_at_once_fire_each_slot_once() -> None:
    schedules = [every(2, name=f"s{number}") for number in range(5)]
    were_seen(schedules, timedelta(minutes=30), missed="run_all")
    in_another_connection(fire, times=4)
    fire()
    for schedule in schedules:
        slots: list[datetime] = [due_at for due_at, _ in outcomes(schedule)]
        assert len(slots) >= 900
        assert enqueued(schedule) == len(slots)
        assert {b - a for a, b in pairwise(slots)} == {timedelta(seconds=2)}


def in_another_connection(what: Any, *, times: int = 1) -> None:
    def run() -> None:
        try:
            what()
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive()


def test_the_task_is_the_schedules_own() -> None:
    schedule = every(60, task="rankings.refresh_standings", kwargs='{"season_id": 3}')
    was_seen(schedule, timedelta(seconds=65))
    fire()
    message = OutboxMessage.objects.get()
    assert (message.task_name, message.kwargs) == ("rankings.refresh_standings", {"season_id": 3})
    assert ScheduledSlot.objects.get().task_id == message.task_id
