"""A schedule's row of django-celery-beat: what it asks for and when."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

from django_celery_beat.models import PeriodicTask

from delivery.arguments import check_kwargs, check_task_name
from delivery.slots import Clocked, Crontab, Interval, Solar, When

# The queue follows from the task's name, and the outbox sends neither headers nor priorities.
NOT_SUPPORTED = ("queue", "exchange", "routing_key", "priority")
FIELDS = ("minute", "hour", "day_of_month", "month_of_year", "day_of_week")  # of a crontab, in its order
KINDS = ("crontab", "interval", "clocked", "solar")

# Every schedule is looked at each second, and its fields mean the same each time.
_crontab = lru_cache(maxsize=10_000)(Crontab)


class BrokenSchedule(Exception):
    """The row cannot be followed; the text says what is wrong with it."""


@dataclass(frozen=True)
class Request:
    """What is enqueued when a slot fires."""

    task_name: str
    kwargs: dict[str, Any]


def read_request(schedule: PeriodicTask) -> Request:
    """What the schedule asks for. Raises BrokenSchedule."""
    for name in NOT_SUPPORTED:
        if getattr(schedule, name) not in (None, ""):
            raise BrokenSchedule(f"{name}: must be empty, the queue follows from the task's name")
    if _read_json(schedule, "headers", default={}) not in ({}, None):
        raise BrokenSchedule("headers: must be empty, the outbox sends none")
    if _read_json(schedule, "args", default=[]) != []:
        raise BrokenSchedule("args: must be empty, tasks take keyword arguments")
    kwargs = _read_json(schedule, "kwargs", default={})
    try:
        check_task_name(schedule.task)
        check_kwargs(kwargs)
    except ValueError as error:
        raise BrokenSchedule(str(error)) from error
    return Request(schedule.task, kwargs)


def read_when(schedule: PeriodicTask, zone_name: str | None, anchor: datetime) -> When:
    """When the schedule is due. Raises BrokenSchedule.

    `zone_name` is the crontab's zone as it is stored: reading the field itself fails for one that does not exist.
    Intervals are counted from the anchor unless the schedule has a start time.
    """
    kinds = [kind for kind in KINDS if getattr(schedule, f"{kind}_id") is not None]
    if len(kinds) != 1:
        raise BrokenSchedule(f"one of crontab, interval, clocked or solar must be set, not {len(kinds)} of them")
    try:
        return _read_kind(schedule, kinds[0], zone_name, schedule.start_time or anchor)
    except (ValueError, TypeError, OverflowError) as error:
        raise BrokenSchedule(str(error)) from error


def _read_kind(schedule: PeriodicTask, kind: str, zone_name: str | None, anchor: datetime) -> When:
    row = getattr(schedule, kind)
    if kind == "crontab":
        return _crontab(**{field: getattr(row, field).replace(" ", "") for field in FIELDS}, timezone=zone_name or "")
    if kind == "interval":
        return Interval(timedelta(**{row.period: row.every}), anchor)
    if kind == "clocked":
        return Clocked(row.clocked_time.astimezone(UTC))
    return Solar(row.event, float(row.latitude), float(row.longitude))


def definition_of(schedule: PeriodicTask, zone_name: str | None) -> str:
    """When the schedule is due, as text that changes when an operator changes that. Raises BrokenSchedule.

    Disabling a schedule takes away the time of its last run (django-celery-beat does it), so that being off and on
    again while no beat ran is a change, too.
    """
    # The anchor is no part of it: it follows from the last change.
    when = read_when(schedule, zone_name, datetime.min.replace(tzinfo=UTC))
    return f"{when} from {schedule.start_time} has_run={schedule.last_run_at is not None}"


def _read_json(schedule: PeriodicTask, name: str, *, default: Any) -> Any:
    text = getattr(schedule, name)
    try:
        return json.loads(text) if text else default
    except ValueError as error:
        raise BrokenSchedule(f"{name}: not JSON ({error})") from error
