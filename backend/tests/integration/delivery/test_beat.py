"""`celery -A config beat` as it stands: many at once, killed, without a broker, without its database for a while."""

import random
import signal
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from celery import current_app
from celery.beat import Service
from django.db import connection
from django.utils import timezone
from django_celery_beat.models import IntervalSchedule, PeriodicTask

from delivery.models import OutboxMessage, ScheduledSlot, ScheduleState
from tests.broker import Broker
from tests.processes import BACKEND, Processes, RunningProcess, wait_until
from tests.schedule_rows import daily, enqueued, every, outcomes, seen

HOUR = timedelta(hours=1)
NO_BROKER = {"CELERY_BROKER_URL": "amqp://guest:guest@127.0.0.1:1//"}


@pytest.fixture
def beats(transactional_db: None, tmp_path: Path) -> Iterator[Processes]:
    """Starts beats. They need no broker, so none is prepared."""
    processes = Processes(tmp_path)
    yield processes
    processes.end_all()


def start_beat(processes: Processes, **environment: str) -> RunningProcess:
    command = [str(BACKEND.parent / ".venv/bin/celery"), "-A", "config", "beat", "-l", "info", "--pidfile="]
    return processes.start(*command, extra_environment=environment)


def fired(schedule: PeriodicTask) -> int:
    return len(outcomes(schedule))


def wait_until_fired(schedule: PeriodicTask, more_than: int = 0) -> None:
    wait_until(lambda: fired(schedule) > more_than, f"more than {more_than} slots fired")


def check_that_no_slot_is_missing_or_doubled(schedule: PeriodicTask) -> None:
    slots = ScheduledSlot.objects.filter(schedule=schedule).order_by("due_at")
    moments = [slot.due_at for slot in slots]
    assert moments == [moments[0] + number * timedelta(seconds=1) for number in range(len(moments))]
    assert {slot.outcome for slot in slots} == {"fired"}
    assert {slot.task_id for slot in slots} == set(OutboxMessage.objects.values_list("task_id", flat=True))
    assert OutboxMessage.objects.count() == len(moments)


def test_two_beats_at_once_fire_each_slot_once_and_one_killed_changes_nothing(beats: Processes) -> None:
    schedule = every(1)
    running = [start_beat(beats), start_beat(beats)]
    for beat in running:
        beat.wait_for_log("beat: Starting...")
    wait_until_fired(schedule, 3)
    for _ in range(3):
        time.sleep(random.uniform(0.5, 1.5))
        victim = running.pop(random.randrange(2))
        victim.kill()
        before = fired(schedule)
        wait_until_fired(schedule, before + 1)
        running.append(start_beat(beats))
        running[-1].wait_for_log("beat: Starting...")
    assert all(beat.stop() == 0 for beat in running)
    assert fired(schedule) > 8
    check_that_no_slot_is_missing_or_doubled(schedule)


def test_without_any_broker_no_slot_is_lost(beats: Processes) -> None:
    schedule = every(1)
    beat = start_beat(beats, **NO_BROKER)
    wait_until_fired(schedule, 3)
    assert beat.stop() == 0
    assert "rror" not in beat.log
    check_that_no_slot_is_missing_or_doubled(schedule)


@pytest.mark.parametrize(("missed", "number"), [("skip", 0), ("run_once", 1), ("run_all", 1)])
def test_a_daily_schedule_that_is_five_hours_late_goes_by_its_policy(
    beats: Processes, missed: str, number: int
) -> None:
    moment = timezone.now() - 5 * HOUR
    schedule = daily(moment.hour, moment.minute)
    seen(schedule, 10 * HOUR, missed=missed)
    start_beat(beats)
    wait_until_fired(schedule)
    assert (fired(schedule), enqueued(schedule)) == (1, number)


def test_an_edit_by_update_is_live_within_five_seconds(beats: Processes) -> None:
    schedule = every(3600)
    beat = start_beat(beats)
    wait_until(ScheduleState.objects.filter(schedule=schedule).exclude(definition="").exists, "the schedule seen")
    second = IntervalSchedule.objects.create(every=1, period="seconds")
    PeriodicTask.objects.filter(pk=schedule.pk).update(interval=second)
    edited_at = time.monotonic()
    wait_until_fired(schedule)
    assert time.monotonic() - edited_at < 5
    PeriodicTask.objects.filter(pk=schedule.pk).update(enabled=False)
    time.sleep(2.5)
    before = fired(schedule)
    time.sleep(2.5)
    assert fired(schedule) == before
    assert beat.stop() == 0


def test_a_cut_database_connection_is_said_once_and_no_slot_is_lost(beats: Processes) -> None:
    schedule = every(1)
    beat = start_beat(beats)
    wait_until_fired(schedule, 1)
    for _ in range(2):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        beat.wait_for_log("database unavailable, trying again until it is back")
        wait_until_fired(schedule, fired(schedule) + 2)
    assert beat.log.count("database unavailable") == 2
    assert beat.log.count("database available again") == 2
    assert beat.stop() == 0
    check_that_no_slot_is_missing_or_doubled(schedule)


def test_a_stopped_database_is_waited_for(beats: Processes, broker: Broker) -> None:
    beat = start_beat(beats, DATABASE_URL="postgres://nobody:x@127.0.0.1:1/nothing")
    beat.wait_for_log("database unavailable, trying again until it is back")
    time.sleep(1)
    assert not beat.has_ended
    assert beat.stop() == 0


@pytest.mark.parametrize("moment", ["is starting", "beat: Starting..."])
def test_told_to_stop_while_it_starts_it_ends_at_once(beats: Processes, moment: str) -> None:
    every(1)
    codes = []
    for number in range(8):
        beat = start_beat(beats)
        beat.wait_for_log(moment)
        # Spread from the moment itself to after the first slots.
        time.sleep(number * 0.05 * random.random())
        beat.signal(signal.SIGTERM)
        asked_at = time.monotonic()
        codes.append(beat.wait())
        assert time.monotonic() - asked_at < 5
        # Before Celery has set its handler the signal itself ends the process, which has done nothing yet.
        assert codes[-1] == 0 or (codes[-1] == -signal.SIGTERM and "beat: Starting" not in beat.log), beat.log
        assert "Traceback" not in beat.log
    if moment == "beat: Starting...":
        assert codes == [0] * 8


def test_building_a_scheduler_asks_neither_database_nor_broker() -> None:
    # pytest refuses the database to a test that did not ask for it.
    service = Service(current_app, scheduler_cls=current_app.conf.beat_scheduler)
    assert service.get_scheduler(lazy=True).info == ""
    service.sync()  # as the handler of SIGTERM does, which may come before all else
    with pytest.raises(SystemExit):
        service.scheduler.tick()
