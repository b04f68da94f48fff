"""Endpoints of webhooks: made, changed and deleted by their owners."""

import base64
import secrets
from collections.abc import Mapping
from concurrent.futures import TimeoutError as LookupTimeout
from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from apps.errors import Conflict, InvalidInput, Missing
from apps.notifications.courier.follow_up import enqueue_run
from apps.notifications.models import Announcement, Lane, WebhookEndpoint
from apps.notifications.webhooks.addresses import AddressRefused, UrlRefused, check_url
from apps.notifications.webhooks.resolving import checked, start_lookup

CHANNEL = "webhook"
MOST_ENDPOINTS = 20  # of one owner
SECRET_BYTES = 32
# How long the secret before signs as well after a rotation, unless told otherwise, and at most.
KEEP_OLD_SECRET = timedelta(hours=24)
LONGEST_OLD_SECRET = timedelta(days=7)
LOOKUP_SECONDS = 5.0
CHANGEABLE = ("url", "description", "kinds", "is_active")


def register(*, owner: User, url: str, description: str, kinds: list[str]) -> WebhookEndpoint:
    """A new endpoint with a lane and a secret of its own. Raises InvalidInput, and Conflict for one too many."""
    check_destination(url)
    with transaction.atomic():
        # Two requests at once must not make one too many.
        User.objects.select_for_update(no_key=True).get(pk=owner.pk)
        if WebhookEndpoint.objects.filter(owner=owner, deleted_at=None).count() >= MOST_ENDPOINTS:
            raise Conflict(f"there are {MOST_ENDPOINTS} endpoints already; delete one first", place="webhooks")
        lane = Lane(channel=CHANNEL, provider=uuid4().hex)
        endpoint = WebhookEndpoint(owner=owner, url=url, description=description, kinds=kinds, secret=make_secret())
        _check(endpoint)
        lane.save()
        endpoint.lane = lane
        endpoint.save()
        lane.provider = f"endpoint-{endpoint.pk}"
        lane.save(update_fields=["provider"])
    return endpoint


def change(endpoint_id: int, changes: Mapping[str, Any]) -> WebhookEndpoint:
    """Change some of CHANGEABLE. One that is made active, or is somewhere else now, is tried again at once."""
    if "url" in changes:
        check_destination(changes["url"])
    with transaction.atomic():
        endpoint = find_locked(endpoint_id)
        for name in CHANGEABLE:
            setattr(endpoint, name, changes.get(name, getattr(endpoint, name)))
        if "is_active" in changes:
            endpoint.inactive_reason = "" if endpoint.is_active else "made inactive by hand"
        _check(endpoint)
        endpoint.save()
        if changes.get("is_active") or "url" in changes:
            forgive(endpoint.lane_id)
    return endpoint


def rotate_secret(endpoint_id: int, *, keep_old: timedelta) -> WebhookEndpoint:
    """Give it a new secret, within the caller's transaction; the one before signs as well for a while.

    A rotation within that while ends the secret before the last one at once: no more than two are ever valid.
    """
    if not timedelta(0) <= keep_old <= LONGEST_OLD_SECRET:
        raise InvalidInput(f"it can be kept for {LONGEST_OLD_SECRET.days} days at most", place="keep_old_hours")
    endpoint = find_locked(endpoint_id)
    endpoint.old_secret = endpoint.secret if keep_old else ""
    endpoint.old_secret_expires_at = timezone.now() + keep_old if keep_old else None
    endpoint.secret = make_secret()
    endpoint.save(update_fields=["secret", "old_secret", "old_secret_expires_at"])
    return endpoint


def delete(endpoint_id: int) -> None:
    """Send it nothing more, within the caller's transaction. Its deliveries stay on record, its secrets do not."""
    endpoint = find_locked(endpoint_id)
    endpoint.deleted_at, endpoint.is_active, endpoint.inactive_reason = timezone.now(), False, "deleted"
    endpoint.secret, endpoint.old_secret, endpoint.old_secret_expires_at = make_secret(), "", None
    endpoint.save()


def forgive(lane_id: int) -> None:
    """Send by a lane again at once, whatever it did before, within the caller's transaction."""
    Lane.objects.filter(pk=lane_id).update(failures=0, failing_since=None, paused_until=None)
    enqueue_run(CHANNEL)


def find_locked(endpoint_id: int) -> WebhookEndpoint:
    """An endpoint that is there, locked. Raises Missing."""
    locked = WebhookEndpoint.objects.select_for_update(no_key=True).filter(pk=endpoint_id, deleted_at=None).first()
    if locked is None:
        raise Missing(f"there is no webhook {endpoint_id}", place="webhook")
    return locked


def check_destination(url: str) -> None:
    """Refuse a URL to which nothing would be sent. That is looked at again at each try, and that look counts."""
    try:
        parsed = check_url(url)
        host, port = parsed.host or "", parsed.port or 0
        checked(host, start_lookup(host, port).result(LOOKUP_SECONDS))
    except (UrlRefused, AddressRefused) as refusal:
        raise InvalidInput(str(refusal), place="url") from refusal
    except (OSError, LookupTimeout) as error:
        raise InvalidInput(f"its host cannot be found: {str(error) or 'no answer in time'}", place="url") from error


def make_secret() -> str:
    """A secret as Standard Webhooks has it."""
    return f"whsec_{base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()}"


def _check(endpoint: WebhookEndpoint) -> None:
    unknown = [kind for kind in endpoint.kinds if kind not in Announcement.Kind.values]
    if unknown:
        known = ", ".join(Announcement.Kind.values)
        raise InvalidInput(f"there is no kind {unknown[0]!r}; there are {known}", place="kinds")
    endpoint.kinds = sorted(set(endpoint.kinds))
    if len(endpoint.description) > 200:
        raise InvalidInput("at most 200 characters", place="description")
