"""Remembering who got in, and who changed what gives access."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.http import HttpRequest
from django.utils import timezone

from apps.security.address import client_address
from apps.security.allowances import take
from apps.security.models import SecurityEvent

# Rows that are too old go with the next new ones: no task is needed, and the table cannot grow by what it forgets.
REMOVED_AT_ONCE = 10
# What is remembered in an hour: failures, and of one kind what one user does. A flood of either says nothing more, and
# must not fill the disk.
MOST_FAILURES = 1_000
MOST_ACTS = 100
KNOWN_FOR = timedelta(days=90)


def note(kind: str, *, user: User, request: HttpRequest, what: str = "") -> None:
    """Remember what a user did, of `SecurityEvent.Kind`; in the transaction of what it tells, if there is one."""
    if not take(f"{kind} of user {user.pk} remembered", limit=MOST_ACTS, seconds=3600):
        _write(kind, user=user, request=request, what=what)


def _write(kind: str, *, user: User | None, request: HttpRequest | None, what: str = "") -> None:
    address = client_address(request) or None if request is not None else None
    username = user.get_username() if user is not None else ""
    SecurityEvent.objects.create(kind=kind, user=user, username=username, address=address, what=what)
    before = timezone.now() - timedelta(days=settings.SECURITY_EVENT_DAYS)
    old = list(
        SecurityEvent.objects.filter(at__lt=before).order_by("at").values_list("pk", flat=True)[:REMOVED_AT_ONCE]
    )
    if old:
        SecurityEvent.objects.filter(pk__in=old).delete()


def note_failure(kind: str, request: HttpRequest | None, username: str) -> None:
    """Remember that somebody was not let in, with the account's name if there is such an account."""
    if not take("failures remembered", limit=MOST_FAILURES, seconds=3600):
        _write(kind, user=account_of(username), request=request)


def account_of(username: str) -> User | None:
    """The account of that name. Any text may come from outside, also what no database takes."""
    if "\0" in username or not username.isprintable():
        return None
    return get_user_model().objects.filter(username=username[:151]).first()


def is_known_address(username: str, address: str) -> bool:
    """Whether that account was entered from there lately."""
    since = timezone.now() - KNOWN_FOR
    entered = [SecurityEvent.Kind.LOGGED_IN, SecurityEvent.Kind.TOKEN_MADE]
    user = account_of(username)
    events = SecurityEvent.objects.filter(user=user, kind__in=entered, address=address or None, at__gte=since)
    return user is not None and events.exists()


def when_logged_in(request: HttpRequest, user: User, **_: Any) -> None:
    """Django's signal user_logged_in."""
    note(SecurityEvent.Kind.LOGGED_IN, user=user, request=request)
    _remove_ended_sessions()


def _remove_ended_sessions() -> None:
    """Some of those that nobody can use any more, which Django leaves lying: only a log-in makes new ones."""
    ended = Session.objects.filter(expire_date__lt=timezone.now()).order_by("expire_date")
    if keys := list(ended.values_list("pk", flat=True)[:REMOVED_AT_ONCE]):
        Session.objects.filter(pk__in=keys).delete()


def when_logged_out(request: HttpRequest, user: User | None, **_: Any) -> None:
    """Django's signal user_logged_out, which is also sent for visitors."""
    if user is not None:
        note(SecurityEvent.Kind.LOGGED_OUT, user=user, request=request)


def when_log_in_failed(credentials: Mapping[str, Any], request: HttpRequest | None = None, **_: Any) -> None:
    """Django's signal user_login_failed."""
    note_failure(SecurityEvent.Kind.LOG_IN_FAILED, request, str(credentials.get("username") or ""))
