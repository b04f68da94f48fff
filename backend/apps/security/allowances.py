"""Counting what all web processes do together, without a write for each of it.

A process asks the table for some of what is left, a hundredth of the limit, and spends that by itself. So the limit is
never exceeded, up to a hundredth of it for each thread that asks may be refused elsewhere, and a request of a busy
sender costs the hundredth part of a statement. What was refused costs nothing until the window ends.
"""

import time
from dataclasses import dataclass
from hashlib import sha256
from threading import Lock

from django.db import connection, transaction

from apps.security.models import Allowance

# Into how many parts a limit is divided, of which a process takes one at a time.
PARTS = 100
# Keys of a process; when there are more, those of windows that ended are forgotten, and if need be all.
MOST_LEASES = 10_000
# Rows of windows that ended are removed, so many for each that begins: the table never grows for long.
REMOVED_AT_ONCE = 20
# One statement, so that no two processes read the same number. Both databases know it.
_TAKE = """
INSERT INTO security_allowance (key, used, ends_at) VALUES (%(key)s, %(amount)s, %(end)s)
ON CONFLICT (key) DO UPDATE SET
  used = CASE WHEN security_allowance.ends_at <= %(now)s THEN excluded.used
              ELSE security_allowance.used + excluded.used END,
  ends_at = CASE WHEN security_allowance.ends_at <= %(now)s THEN excluded.ends_at ELSE security_allowance.ends_at END
RETURNING used, ends_at
"""


@dataclass
class _Lease:
    left: int
    ends_at: float


_leases: dict[str, _Lease] = {}
_lock = Lock()


def take(name: str, *, limit: int | None, seconds: float) -> float:
    """Do something once more. Returns 0 if it is allowed, else the seconds to wait.

    At most `limit` times in `seconds`, which begin at the first of them; None: any number.
    """
    if limit is None:
        return 0.0
    key, now = _key(name), time.time()
    if (wait := _spend(key, now)) is not None:
        return wait
    amount = max(1, limit // PARTS)
    used, ends_at = _ask(key, amount, now, now + seconds)
    if used == amount:
        _remove_ended(now)
    return _keep(key, max(0, min(amount, limit - (used - amount))), now, ends_at)


def give_back(name: str) -> None:
    """Undo one `take` that was allowed."""
    key = _key(name)
    with _lock:
        if lease := _leases.get(key):
            lease.left += 1
            return
    with connection.cursor() as cursor:
        cursor.execute("UPDATE security_allowance SET used = used - 1 WHERE key = %s AND used > 0", [key])


def forget_leases() -> None:
    """Begin as a new process does."""
    with _lock:
        _leases.clear()


def _key(name: str) -> str:
    return sha256(name.encode("utf-8", "surrogatepass")).hexdigest()


def _spend(key: str, now: float) -> float | None:
    """0 if one was left, the wait if the table has none any more, None if it must be asked."""
    with _lock:
        lease = _leases.get(key)
        if lease is None or lease.ends_at <= now:
            return None
        if lease.left > 0:
            lease.left -= 1
            if lease.left == 0:
                del _leases[key]
            return 0.0
        return lease.ends_at - now


def _keep(key: str, granted: int, now: float, ends_at: float) -> float:
    """Spend one of what was granted, and keep the rest. Returns as `take` does.

    Another thread may have asked meanwhile, so the rest is added to what that one keeps of the same window.
    """
    rest = max(0, granted - 1)
    with _lock:
        lease = _leases.get(key)
        if lease is not None and lease.ends_at == ends_at:
            lease.left += rest
        elif (lease is None or lease.ends_at < ends_at) and (rest or not granted):
            if len(_leases) >= MOST_LEASES:
                _forget_ended(now)
            _leases[key] = _Lease(rest, ends_at)
    return 0.0 if granted else ends_at - now


def _ask(key: str, amount: int, now: float, end: float) -> tuple[int, float]:
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, {"key": key, "amount": amount, "now": now, "end": end})
        used, ends_at = cursor.fetchone()
    return int(used), float(ends_at)


def _forget_ended(now: float) -> None:
    for key in [key for key, lease in _leases.items() if lease.ends_at <= now]:
        del _leases[key]
    if len(_leases) >= MOST_LEASES:
        _leases.clear()


@transaction.atomic
def _remove_ended(now: float) -> None:
    ended = Allowance.objects.filter(ends_at__lt=now).select_for_update(skip_locked=True)
    keys = list(ended.order_by("ends_at").values_list("pk", flat=True)[:REMOVED_AT_ONCE])
    if keys:
        Allowance.objects.filter(pk__in=keys).delete()
