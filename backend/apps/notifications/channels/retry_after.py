"""The header Retry-After, as servers of HTTP give it."""

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from apps.notifications.courier.retries import LONGEST_WAIT

_SECONDS = re.compile(r"[0-9]{1,9}", re.ASCII)


def retry_after(value: str, now: datetime) -> timedelta | None:
    """How long it asks to wait, in seconds or until a date; a day at most. None where it says nothing."""
    text = value.strip()
    if _SECONDS.fullmatch(text):
        return min(timedelta(seconds=int(text)), LONGEST_WAIT)
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return min(max(moment - now, timedelta(0)), LONGEST_WAIT)
