"""How often the API may be asked."""

from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from apps.security.address import client_address
from apps.security.allowances import take

WINDOW_SECONDS = 60.0


class RequestThrottle(BaseThrottle):
    """LIMIT_READS and LIMIT_WRITES, of a user or else of an address.

    Reading needs no database that can be written. On a full disk or a replica everybody is let in, and what writes
    fails by itself a moment later. With SQLite reads are not counted, as that would wait for the end of an import.
    """

    _wait = 0.0

    def allow_request(self, request: Request, view: Any) -> bool:
        is_read = request.method in SAFE_METHODS
        if is_read and connection.vendor == "sqlite":
            return True
        kind, limit = ("reads", settings.LIMIT_READS) if is_read else ("writes", settings.LIMIT_WRITES)
        user = request.user
        who = f"user {user.pk}" if user.is_authenticated else f"address {client_address(request)}"
        try:
            self._wait = take(f"{kind} of {who}", limit=limit, seconds=WINDOW_SECONDS)
        except DatabaseError:
            return True
        return not self._wait

    def wait(self) -> float:
        return self._wait
