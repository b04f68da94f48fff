"""Schedules for tests, as rows."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from django.utils import timezone
from django_celery_beat.models import CrontabSchedule, IntervalSchedule, PeriodicTask

from delivery.firing import Firing
from delivery.models import OutboxMessage, ScheduledSlot, ScheduleState

TASK = "events.generate_event_ranking"
NUMBERS: Iterator[int] = count(1)


def every(seconds: int, **fields: Any) -> PeriodicTask:
    """A schedule of that interval."""
    interval, _ = IntervalSchedule.objects.get_or_create(every=seconds, period="seconds")
    return make(interval=interval, **fields)


def daily(hour: int, minute: int = 0, **fields: Any) -> PeriodicTask:
    """A schedule of that local time in UTC."""
    crontab, _ = CrontabSchedule.objects.get_or_create(minute=str(minute), hour=str(hour), timezone="UTC")
    return make(crontab=crontab, **fields)


def make(**fields: Any) -> PeriodicTask:
    """A schedule that asks for a ranking with a number of its own as the event."""
    number = next(NUMBERS)
    defaults = {"name": f"schedule {number}", "task": TASK, "kwargs": f'{{"event_id": {number}}}'}
    return PeriodicTask.objects.create(**defaults | fields)


def seen(schedule: PeriodicTask, ago: timedelta, *, missed: str = "run_once") -> ScheduleState:
    """As if a beat had run the schedule until some time ago and none since."""
    moment = timezone.now() - ago
    PeriodicTask.objects.filter(pk=schedule.pk).update(date_changed=moment)
    return ScheduleState.objects.update_or_create(schedule=schedule, defaults={"missed": missed})[0]


def outcomes(schedule: PeriodicTask) -> list[tuple[datetime, str]]:
    """The schedule's slots in order."""
    return list(ScheduledSlot.objects.filter(schedule=schedule).order_by("due_at").values_list("due_at", "outcome"))


def enqueued(schedule: PeriodicTask) -> int:
    """How many messages the outbox holds for the schedule."""
    return OutboxMessage.objects.filter(kwargs=json.loads(schedule.kwargs)).count()


def fire() -> None:
    """What a beat does until nothing more is due."""
    beat = Firing()
    while beat.fire_due():
        pass


def due_hours_ago(hours: int, **fields: Any) -> PeriodicTask:
    """A daily schedule whose time was so many hours ago."""
    moment = timezone.now() - timedelta(hours=hours)
    return daily(moment.hour, moment.minute, **fields)


def was_seen(schedule: PeriodicTask, ago: timedelta, *, missed: str = "run_once") -> None:
    """A beat ran the schedule until some time ago, and none since."""
    were_seen([schedule], ago, missed=missed)


def were_seen(schedules: list[PeriodicTask], ago: timedelta, *, missed: str = "run_once") -> None:
    """A beat ran the schedules until some time ago, and none since."""
    for schedule in schedules:
        seen(schedule, timedelta(0), missed=missed)
    fire()
    moment = timezone.now() - ago
    ScheduleState.objects.filter(schedule__in=schedules).update(handled_until=moment, began_at=moment)
