"""Every way to log in, the admin's and the API's, comes by here."""

from typing import Any

from django.conf import settings
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import User
from django.http import HttpRequest
from rest_framework.exceptions import Throttled

from apps.security.address import client_address
from apps.security.allowances import give_back, take
from apps.security.audit import is_known_address, note_failure
from apps.security.models import SecurityEvent

QUARTER, HOUR = 900.0, 3600.0


class GuardedBackend(ModelBackend):
    """Django's own, behind the limits of attempts: those who are over them cost no hash of a password."""

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **kwargs: Any
    ) -> User | None:
        """Raises Throttled. A request is there wherever somebody from outside asks."""
        if request is None or username is None:
            return super().authenticate(request, username, password, **kwargs)
        counted = _count(request, username)
        user: User | None = super().authenticate(request, username, password, **kwargs)
        if user is not None:
            for name in counted:
                give_back(name)
        return user


def _count(request: HttpRequest, username: str) -> list[str]:
    """Count an attempt. Returns what is to be given back once it turns out to be no failure."""
    address = client_address(request)
    here = f"log-ins of {username} from {address}"
    _take(request, username, f"log-ins from {address}", settings.LIMIT_LOG_INS, 60.0)
    _take(request, username, here, settings.LIMIT_FAILURES, QUARTER)
    if is_known_address(username, address):
        return [here]
    anywhere = f"log-ins of {username}"
    _take(request, username, anywhere, settings.LIMIT_ACCOUNT_FAILURES, HOUR)
    return [here, anywhere]


def _take(request: HttpRequest, username: str, name: str, limit: int | None, seconds: float) -> None:
    if wait := take(name, limit=limit, seconds=seconds):
        # Once for each window: what follows in it says the same.
        if not take(f"told of {name}", limit=1, seconds=wait):
            note_failure(SecurityEvent.Kind.LOG_IN_REFUSED, request, username)
        raise Throttled(wait)
