"""The header Retry-After, as servers of HTTP give it."""

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime


def retry_after(value: str, *, now: datetime | None = None) -> timedelta | None:
    """How long to wait: seconds or a moment (RFC 9110, 10.2.3). None if it says neither, or the moment is past."""
    text = value.strip()
    if text.isascii() and text.isdigit():
        return timedelta(seconds=min(int(text), 10**9))
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    wait = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - (now or datetime.now(UTC))
    return wait if wait > timedelta() else None
