"""How often the API may be asked."""

from typing import Any

from django.conf import settings
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from apps.security.address import client_address
from apps.security.allowances import take

WINDOW_SECONDS = 60.0


class RequestThrottle(BaseThrottle):
    """LIMIT_READS and LIMIT_WRITES, of a user or else of an address."""

    def allow_request(self, request: Request, view: Any) -> bool:
        kind, limit = (
            ("reads", settings.LIMIT_READS) if request.method in SAFE_METHODS else ("writes", settings.LIMIT_WRITES)
        )
        user = request.user
        who = f"user {user.pk}" if user.is_authenticated else f"address {client_address(request)}"
        self._wait = take(f"{kind} of {who}", limit=limit, seconds=WINDOW_SECONDS)
        return not self._wait

    def wait(self) -> float:
        return self._wait
