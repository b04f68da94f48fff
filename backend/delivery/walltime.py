"""Wall times and the moments at which a zone's clocks show them."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)


def first_moment_of(wall: datetime, zone: ZoneInfo) -> datetime | None:
    """The first moment at which the zone's clocks show the wall time, or a later one where they skip it.

    None on a day that the zone skips as a whole, as Samoa did in 2011.
    """
    moment = wall.replace(tzinfo=zone).astimezone(UTC)
    if _wall(moment, zone) == wall:
        return moment
    before, end = wall.replace(tzinfo=zone, fold=1).astimezone(UTC), moment
    # Both were computed with an offset that does not hold there: the clocks are changed between the two.
    offset = _offset(before, zone)
    while end - before > SECOND:
        middle = before + (end - before) // 2 // SECOND * SECOND
        before, end = (middle, end) if _offset(middle, zone) == offset else (before, middle)
    midnight = wall.replace(hour=0, minute=0)
    is_skipped_day = (end + offset).replace(tzinfo=None) <= midnight and _wall(end, zone) >= midnight + DAY
    return None if is_skipped_day else end


def _wall(moment: datetime, zone: ZoneInfo) -> datetime:
    return moment.astimezone(zone).replace(tzinfo=None)


def _offset(moment: datetime, zone: ZoneInfo) -> timedelta:
    return moment.astimezone(zone).utcoffset() or timedelta()
