"""When a schedule is due: pure functions of its definition, so that any number of beats find the same slots.

The fields of a crontab are read as Celery reads them: a day must match day of month, month and day of week alike.
Across changes of the clock it behaves as cron does. Fixed hours run once each local day: where the time does not
exist, at the first moment after the gap; where it comes twice, the first time. Hours that begin with `*` follow real
time: a skipped hour has no slots, a repeated one has them twice.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property, lru_cache
from itertools import islice, product
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from celery.exceptions import ImproperlyConfigured
from celery.schedules import crontab_parser
from django_celery_beat.models import SolarSchedule

from delivery.walltime import first_moment_of

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
# The 29th of February on a given weekday comes after 40 years at the latest (there is none in 2100).
FAR_AHEAD = timedelta(days=41 * 366)


class When(Protocol):
    """The times of one schedule."""

    def __hash__(self) -> int: ...

    def next_after(self, moment: datetime) -> datetime | None:
        """The first slot later than the moment, which is in UTC, as is the answer; None if there is none."""


@dataclass(frozen=True)
class Crontab:
    """Five fields and a zone. Raises ValueError, saying which field is wrong, when made."""

    minute: str
    hour: str
    day_of_month: str
    month_of_year: str
    day_of_week: str
    timezone: str

    def __post_init__(self) -> None:
        _ = self._times, self._days, self._zone  # each of them reads its fields

    def next_after(self, moment: datetime) -> datetime | None:
        return self._next_real(moment) if self.hour.startswith("*") else self._next_fixed(moment)

    def _next_fixed(self, moment: datetime) -> datetime | None:
        # The first moment of a wall time that was reached already is not later than the moment.
        reached = moment.astimezone(self._zone).replace(tzinfo=None)
        for number in range(FAR_AHEAD.days):
            day = reached.date() + number * DAY
            for hour, minute in self._times if self._matches_day(day) else ():
                wall = datetime(day.year, day.month, day.day, hour, minute)  # noqa: DTZ001 (a wall time)
                slot = first_moment_of(wall, self._zone) if wall > reached else None
                if slot is not None and slot > moment:
                    return slot
        return None

    def _next_real(self, moment: datetime) -> datetime | None:
        slot = moment.replace(second=0, microsecond=0) + MINUTE
        while slot < moment + FAR_AHEAD:
            step = self._step_towards(slot.astimezone(self._zone))
            if not step:
                return slot
            # A clock that is changed in between may show a matching time there: then each minute is looked at.
            slot += step if self._offset(slot) == self._offset(slot + step) else MINUTE
        return None

    def _step_towards(self, local: datetime) -> timedelta:
        """How far the next matching time is at least, zero if this is one."""
        if not self._matches_day(local.date()):
            return DAY - timedelta(hours=local.hour, minutes=local.minute)
        if (local.hour, local.minute) in self._time_set:
            return timedelta()
        later = any(hour == local.hour and minute > local.minute for hour, minute in self._times)
        return MINUTE if later else HOUR - timedelta(minutes=local.minute)

    def _offset(self, moment: datetime) -> timedelta | None:
        return moment.astimezone(self._zone).utcoffset()

    def _matches_day(self, day: date) -> bool:
        days, months, weekdays = self._days
        return day.day in days and day.month in months and day.isoweekday() % 7 in weekdays

    @cached_property
    def _times(self) -> list[tuple[int, int]]:
        return sorted(product(_numbers("hour", self.hour, 24), _numbers("minute", self.minute, 60)))

    @cached_property
    def _time_set(self) -> set[tuple[int, int]]:
        return set(self._times)

    @cached_property
    def _days(self) -> tuple[set[int], set[int], set[int]]:
        return (
            _numbers("day of month", self.day_of_month, 31, 1),
            _numbers("month", self.month_of_year, 12, 1),
            _numbers("day of week", self.day_of_week, 7),
        )

    @cached_property
    def _zone(self) -> ZoneInfo:
        try:
            return ZoneInfo(self.timezone)
        except (ValueError, OSError, KeyError) as error:
            raise ValueError(f"timezone {self.timezone!r}: there is no such zone") from error


def _numbers(name: str, field: str, count: int, first: int = 0) -> set[int]:
    try:
        return set(crontab_parser(count, first).parse(field))
    except (ValueError, IndexError, crontab_parser.ParseException) as error:
        raise ValueError(f"crontab, {name} {field!r}: {error}") from error


@dataclass(frozen=True)
class Interval:
    """Every so often in real time, counted from an anchor. Raises ValueError for less than a second."""

    every: timedelta
    anchor: datetime

    def __post_init__(self) -> None:
        if self.every < timedelta(seconds=1):
            raise ValueError(f"interval of {self.every.total_seconds()} s: must be a second at least")

    def next_after(self, moment: datetime) -> datetime | None:
        number = max((moment - self.anchor) // self.every + 1, 0)
        return self.anchor + number * self.every


@dataclass(frozen=True)
class Clocked:
    """One moment."""

    at: datetime

    def next_after(self, moment: datetime) -> datetime | None:
        return self.at if self.at > moment else None


@dataclass(frozen=True)
class Solar:
    """What the sun does at a place, as Celery computes it. Raises ValueError where the package ephem is missing."""

    event: str
    latitude: float
    longitude: float

    def __post_init__(self) -> None:
        _ = self._place

    def next_after(self, moment: datetime) -> datetime | None:
        place = self._place
        # Rounding must not find the same event again, and no two of a kind are so close.
        start = moment + MINUTE
        place.nowfun = lambda: start
        found: datetime = start + place.remaining_estimate(start)
        return found.astimezone(UTC).replace(microsecond=0)

    @property
    def _place(self) -> Any:
        try:
            return SolarSchedule(event=self.event, latitude=self.latitude, longitude=self.longitude).schedule
        except ImproperlyConfigured as error:
            raise ValueError(" ".join(str(error).split())) from error


@lru_cache(maxsize=10_000)
def next_slot(when: When, moment: datetime) -> datetime | None:
    """The first slot later than the moment. Remembered: it is asked for each second until it is due."""
    return when.next_after(moment)


def slots_between(when: When, after: datetime, until: datetime) -> Iterator[datetime]:
    """The slots in (after, until], in order."""
    slot = next_slot(when, after)
    while slot is not None and slot <= until:
        yield slot
        slot = next_slot(when, slot)


def first_slots(when: When, after: datetime, until: datetime, count: int) -> list[datetime]:
    """At most so many of them."""
    return list(islice(slots_between(when, after, until), count))
