"""How fast a lane may go. Kept in the lane's row, so that all workers of a deployment share one rate.

The generic cell rate algorithm: a single moment says how far the messages sent so far have used up the rate. It lies at
most `BURST` ahead of now.
"""

from datetime import datetime, timedelta

from apps.notifications.channels import CHANNELS
from apps.notifications.models import Lane

BURST = timedelta(seconds=1)  # what was not used in that time is lost


def slots(lane: Lane, now: datetime) -> int | None:
    """How many messages may be sent at once; None: any number."""
    rate = _rate(lane)
    if rate is None:
        return None
    room = now + _burst(rate) - max(lane.next_slot_at, now)
    return max(0, int(room.total_seconds() * rate + 1e-6))


def use_slots(lane: Lane, now: datetime, count: int) -> None:
    """Note, in a locked lane that the caller saves, that `count` messages are sent."""
    rate = _rate(lane)
    if rate is not None:
        lane.next_slot_at = max(lane.next_slot_at, now) + timedelta(seconds=count / rate)


def next_slot_at(lane: Lane) -> datetime | None:
    """When the next message may be sent, which may be past; None: at any time."""
    rate = _rate(lane)
    return None if rate is None else lane.next_slot_at - _burst(rate) + timedelta(seconds=1 / rate)


def _rate(lane: Lane) -> float | None:
    return lane.rate_per_second or CHANNELS[lane.channel].rate_per_second


def _burst(rate: float) -> timedelta:
    # At least one message, however slow the rate is.
    return max(BURST, timedelta(seconds=1 / rate))
