"""Firing: a broken schedule is named, and stops no other."""

import logging
from datetime import timedelta

import pytest
from django.db import connection
from django_celery_beat.models import CrontabSchedule, IntervalSchedule, PeriodicTask, SolarSchedule

from delivery.firing import Firing
from delivery.models import OutboxMessage
from tests.schedule_rows import due_hours_ago, enqueued, every, make, outcomes, seen, was_seen

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


def broken_ones() -> dict[str, PeriodicTask]:
    """A schedule for each way to be broken, with what is said of it."""
    crontab = CrontabSchedule.objects.create(minute="99", timezone="UTC")
    nowhere = CrontabSchedule.objects.create(minute="7", timezone="UTC")
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE django_celery_beat_crontabschedule SET timezone = 'Mars/Olympus' WHERE id = %s", [nowhere.pk]
        )
    short = IntervalSchedule.objects.create(every=1, period="microseconds")
    sun = SolarSchedule.objects.create(event="sunset", latitude=1, longitude=1)
    two = every(60)
    PeriodicTask.objects.filter(pk=two.pk).update(crontab=crontab)
    return {
        "crontab, minute '99'": make(crontab=crontab),
        "timezone 'Mars/Olympus': there is no such zone": make(crontab=nowhere),
        "must be a second at least": make(interval=short),
        "install the ephem library": make(solar=sun),
        "must be set, not 2 of them": two,
        "task name 'Nonsense'": every(60, task="Nonsense"),
        "args: must be empty": every(60, args="[1]"),
        "args: not JSON": every(60, args="{"),
        "kwargs: not JSON": every(60, kwargs="{event}"),
        "kwargs: must be a dict": every(60, kwargs="[]"),
        "queue: must be empty": every(60, queue="events"),
        "exchange: must be empty": every(60, exchange="x"),
        "routing_key: must be empty": every(60, routing_key="x"),
        "priority: must be empty": every(60, priority=3),
        "headers: must be empty": every(60, headers='{"a": 1}'),
    }


def test_a_broken_schedule_is_named_once_and_the_others_go_on(caplog: pytest.LogCaptureFixture) -> None:
    broken = broken_ones()
    good = due_hours_ago(1)
    seen(good, 2 * HOUR)
    beat = Firing()
    beat.fire_due()
    beat.fire_due()
    errors = [record.getMessage() for record in caplog.records if record.levelno == logging.ERROR]
    for reason, schedule in broken.items():
        assert [error for error in errors if repr(schedule.name) in error and reason in error], reason
    assert len(errors) == len(broken)
    assert enqueued(good) == 1
    assert OutboxMessage.objects.count() == 1


def test_a_repaired_schedule_begins_anew_and_is_named_again_when_it_breaks_again(
    caplog: pytest.LogCaptureFixture,
) -> None:
    schedule = every(3600)
    was_seen(schedule, timedelta(hours=5))
    beat = Firing()
    for kwargs in ("[]", "[]", "{}", "[]"):
        PeriodicTask.objects.filter(pk=schedule.pk).update(kwargs=kwargs)
        beat.fire_due()
    assert sum(" is broken " in record.getMessage() for record in caplog.records) == 2
    assert outcomes(schedule) == []
