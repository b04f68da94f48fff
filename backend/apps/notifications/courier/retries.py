"""When a message that could not be sent is tried again, and when no more."""

import random
from collections.abc import Sequence
from datetime import timedelta

from django.conf import settings

from apps.notifications.channels.base import Outcome, Result

# Of a slow retry where the other side names no time of its own, and the longest that it may ask for.
SLOW_WAIT = timedelta(seconds=settings.NOTIFICATION_SLOW_WAIT)
LONGEST_WAIT = timedelta(days=1)
# Of a lane, after each failure in a row twice as long.
FIRST_PAUSE = timedelta(seconds=5)
LONGEST_PAUSE = timedelta(minutes=15)


def wait_before_retry(result: Result, attempt: int) -> timedelta | None:
    """How long to wait after that attempt (from 1) failed; None: it was the last one."""
    delays: Sequence[float] = settings.NOTIFICATION_RETRY_DELAYS
    if result.outcome == Outcome.FINAL or attempt > len(delays):
        return None
    usual = _jittered(timedelta(seconds=delays[attempt - 1]))
    if result.wait is not None:
        return min(max(result.wait, usual), LONGEST_WAIT)
    return max(usual, SLOW_WAIT) if result.outcome == Outcome.SLOW_RETRY else usual


def pause_of_lane(failures: int) -> timedelta:
    """How long a lane rests after that many failures in a row."""
    return _jittered(min(FIRST_PAUSE * 2 ** min(failures - 1, 20), LONGEST_PAUSE))


def _jittered(wait: timedelta) -> timedelta:
    """Between half and all of it: what failed together does not come back together."""
    return wait * random.uniform(0.5, 1)  # noqa: S311 (nothing to guess)
