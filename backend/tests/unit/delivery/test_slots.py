"""Due slots against a naive definition, over zones that change their clocks."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from delivery.slots import Clocked, Crontab, Interval, When, slots_between

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
# By an hour, by half an hour, by two; at midnight, just after it, and in a way that skips a whole day.
ZONES = [
    "America/Sao_Paulo",
    "Europe/Lisbon",
    "America/New_York",
    "America/St_Johns",
    "America/Santiago",
    "America/Nuuk",
    "Australia/Lord_Howe",
    "Antarctica/Troll",
    "Africa/Casablanca",
    "Asia/Gaza",
    "Asia/Beirut",
    "Pacific/Apia",
    "UTC",
]
FIRST, LAST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2030, 1, 1, tzinfo=UTC)


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type,misc] # the parts of a date and time alone


def changes_of(name: str) -> list[datetime]:
    """The moments at which the zone changes its clocks."""
    zone, moment, found = ZoneInfo(name), FIRST, []
    while moment < LAST:
        if moment.astimezone(zone).utcoffset() != (moment + DAY).astimezone(zone).utcoffset():
            minutes = [moment + number * MINUTE for number in range(24 * 60 + 1)]
            found += [b for a, b in pairwise(minutes) if offset(a, zone) != offset(b, zone)]
        moment += DAY
    return found


def offset(moment: datetime, zone: ZoneInfo) -> timedelta | None:
    return moment.astimezone(zone).utcoffset()


CHANGES = {name: changes_of(name) or [FIRST] for name in ZONES}


@st.composite
def places(draw: st.DrawFn) -> tuple[str, datetime]:
    """A zone and a moment near one of its changes."""
    name = draw(st.sampled_from(ZONES))
    return name, draw(st.sampled_from(CHANGES[name])) + draw(st.integers(-2000, 2000)) * MINUTE


def fields(least: int, most: int, *, first: str = "") -> st.SearchStrategy[str]:
    """A field of a crontab; with `first` it begins with it."""
    numbers = st.lists(st.integers(least, most), min_size=1, max_size=4).map(lambda some: ",".join(map(str, some)))
    steps = st.integers(1, most).map(lambda step: f"{first or '*'}/{step}")
    ranges = st.tuples(st.integers(least, most), st.integers(least, most)).map(
        lambda ends: "{}-{}".format(*sorted(ends))
    )
    return st.one_of(st.just("*"), steps) if first else st.one_of(numbers, ranges)


def crontab(minute: str, hour: str, zone: str, *, days: str = "*", months: str = "*", weekdays: str = "*") -> Crontab:
    return Crontab(minute, hour, days, months, weekdays, zone)


def numbers(field: str, least: int, most: int) -> set[int]:
    """A field of the forms above, read without Celery."""
    if field.startswith("*"):
        return set(range(least, most + 1, int(field[2:] or 1)))
    if "-" in field:
        start, end = map(int, field.split("-"))
        return set(range(start, end + 1))
    return set(map(int, field.split(",")))


def naive_slots(minute: str, hour: str, weekday: str, name: str, after: datetime, until: datetime) -> list[datetime]:
    """Walks all minutes and looks at the clock: what a person with a watch would do."""
    zone, found = ZoneInfo(name), set()
    minutes, hours, weekdays = numbers(minute, 0, 59), numbers(hour, 0, 23), numbers(weekday, 0, 6)
    moment = after.replace(second=0, microsecond=0)
    while moment <= until:
        local = moment.astimezone(zone)
        shown = [local]
        if not hour.startswith("*"):
            # What the clock shows for the second time is done; what it has just skipped is due now.
            shown = [local] if not local.fold else []
            shown += skipped_before(moment, zone)
        if any(wall.minute in minutes and wall.hour in hours and wall.isoweekday() % 7 in weekdays for wall in shown):
            found.add(moment)
        moment += MINUTE
    return sorted(slot for slot in found if after < slot <= until)


def skipped_before(moment: datetime, zone: ZoneInfo) -> list[datetime]:
    """The wall times that the clock skips at this moment, but for those of a day that it skips as a whole."""
    now = moment.astimezone(zone).replace(tzinfo=None)
    wall = (moment - MINUTE).astimezone(zone).replace(tzinfo=None) + MINUTE
    first, skipped = wall, []
    while wall < now:
        midnight = wall.replace(hour=0, minute=0)
        if not (first <= midnight and now >= midnight + DAY):
            skipped.append(wall)
        wall += MINUTE
    return skipped


@st.composite
def hours_around(draw: st.DrawFn) -> tuple[str, datetime, str]:
    """A zone, a moment a few hours before one of its changes, and a field of hours that are near it."""
    name = draw(st.sampled_from(ZONES))
    change = draw(st.sampled_from(CHANGES[name]))
    local = change.astimezone(ZoneInfo(name)).hour
    near = st.lists(st.integers(local - 3, local + 3).map(lambda hour: str(hour % 24)), min_size=1, max_size=4)
    hour = draw(st.one_of(near.map(",".join), fields(0, 23, first="*")))
    return name, change - draw(st.one_of(st.integers(0, 200), st.integers(0, 2000))) * MINUTE, hour


@settings(max_examples=400)
@given(
    hours_around(),
    st.one_of(fields(0, 59), fields(0, 59, first="*")),
    st.one_of(st.just("*"), st.just("*"), fields(0, 6)),
    st.integers(1, 2000),
)
@example(("Pacific/Apia", utc(2011, 12, 29, 20), "8"), "0", "*", 2880)
@example(("America/St_Johns", utc(2005, 10, 30, 2, 20), "*"), "30", "*", 600)
# A Sunday of 23 hours before a Monday on which it runs.
@example(("Europe/Lisbon", utc(2026, 3, 28, 23, 30), "*"), "15", "1", 2000)
def test_it_finds_what_a_person_with_a_watch_finds(
    place: tuple[str, datetime, str], minute: str, weekday: str, length: int
) -> None:
    name, after, hour = place
    until = after + length * MINUTE
    found = list(slots_between(crontab(minute, hour, name, weekdays=weekday), after, until))
    assert found == naive_slots(minute, hour, weekday, name, after, until)


@given(places(), st.integers(0, 23), st.integers(0, 59))
@example(("America/Sao_Paulo", utc(2017, 10, 15)), 0, 30)
def test_a_daily_job_fires_exactly_once_each_local_day(place: tuple[str, datetime], hour: int, minute: int) -> None:
    name, moment = place
    zone = ZoneInfo(name)
    days = Counter(
        slot.astimezone(zone).date()
        for slot in slots_between(crontab(str(minute), str(hour), name), moment - 4 * DAY, moment + 4 * DAY)
    )
    first = (moment - 2 * DAY).astimezone(zone).date()
    existing = [first + number * DAY for number in range(5) if exists(first + number * DAY, zone)]
    # Where the clock jumps over midnight, what it skips before midnight is due on the next day.
    assume(all(crosses_no_midnight(day, zone) for day in existing))
    assert {day: days[day] for day in existing} == dict.fromkeys(existing, 1)


def exists(day: date, zone: ZoneInfo) -> bool:
    return any(shows(day, hour, zone) for hour in range(24))


def shows(day: date, hour: int, zone: ZoneInfo) -> bool:
    wall = datetime(day.year, day.month, day.day, hour, 59, tzinfo=zone)
    return wall.astimezone(UTC).astimezone(zone).replace(fold=0) == wall


def crosses_no_midnight(day: date, zone: ZoneInfo) -> bool:
    return shows(day, 23, zone) or not exists(day, zone)


@st.composite
def whens(draw: st.DrawFn) -> tuple[When, datetime]:
    name, moment = draw(places())
    hour = draw(st.one_of(fields(0, 23), fields(0, 23, first="*")))
    every = draw(st.integers(600, 200_000))
    choices: list[When] = [
        crontab(draw(fields(0, 59)), hour, name, weekdays=draw(fields(0, 6))),
        Interval(timedelta(seconds=every), moment + draw(st.integers(-(10**6), 10**6)) * MINUTE),
        Clocked(moment + draw(st.integers(0, 4000)) * MINUTE),
    ]
    return draw(st.sampled_from(choices)), moment


@given(whens(), st.integers(0, 4 * 86400), st.integers(0, 4 * 86400))
def test_splitting_an_interval_anywhere_gives_the_same_slots(
    scheduled: tuple[When, datetime], first: int, second: int
) -> None:
    when, start = scheduled
    middle = start + timedelta(seconds=first)
    end = middle + timedelta(seconds=second)
    whole = list(slots_between(when, start, end))
    assert whole == [*slots_between(when, start, middle), *slots_between(when, middle, end)]
    assert whole == sorted(set(whole))
    assert all(start < slot <= end for slot in whole)


def test_sao_paulo_fires_on_the_local_minute() -> None:
    when = crontab("30", "4", "America/Sao_Paulo")
    assert list(slots_between(when, utc(2026, 5, 1), utc(2026, 5, 3))) == [
        utc(2026, 5, 1, 7, 30),
        utc(2026, 5, 2, 7, 30),
    ]


def test_days_months_and_weekdays_must_all_match() -> None:
    when = Crontab("0", "12", "29", "2", "mon", "UTC")
    assert list(slots_between(when, utc(2000, 1, 1), utc(2060, 1, 1))) == [utc(2016, 2, 29, 12), utc(2044, 2, 29, 12)]
    assert Crontab("0", "*/6", "30", "2", "*", "UTC").next_after(utc(2000, 1, 1)) is None


def test_intervals_are_counted_from_their_anchor_which_is_the_first_slot() -> None:
    when = Interval(timedelta(hours=36), utc(2026, 1, 1, 10))
    assert when.next_after(utc(2020, 1, 1)) == utc(2026, 1, 1, 10)
    assert when.next_after(utc(2026, 1, 1, 10)) == utc(2026, 1, 2, 22)


@pytest.mark.parametrize(
    ("made", "reason"),
    [
        (lambda: crontab("61", "4", "UTC"), r"crontab, minute '61': Invalid end range"),
        (lambda: crontab("0", "x", "UTC"), r"crontab, hour 'x': Invalid weekday literal"),
        (lambda: crontab("0", "", "UTC"), r"crontab, hour '': empty part"),
        (lambda: crontab("0", "*/0", "UTC"), r"crontab, hour '\*/0'"),
        (lambda: crontab("0", "4", "Mars/Olympus"), r"timezone 'Mars/Olympus': there is no such zone"),
        (lambda: crontab("0", "4", ""), r"timezone '': there is no such zone"),
        (lambda: Interval(timedelta(microseconds=1), FIRST), r"must be a second at least"),
    ],
)
def test_what_makes_no_sense_is_refused_with_its_place(made: object, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        made()  # type: ignore[operator]
