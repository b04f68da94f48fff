"""When an endpoint is sent nothing more: it says that it is gone, or has failed for days on end."""

from dataclasses import replace
from datetime import timedelta

from django.utils import timezone

from apps.notifications.channels.base import Outcome, Result
from apps.notifications.courier.retries import wait_before_retry
from apps.notifications.models import Delivery, WebhookEndpoint

# An endpoint that has failed for so long when a message is given up is sent nothing more.
LONGEST_FAILURE = timedelta(days=3)


def gone_if_it_fails_for_long(result: Result, delivery: Delivery) -> Result:
    """The result of a try; the endpoint is gone by it if that was the last try and it has failed for days."""
    since = delivery.lane.failing_since
    if result.outcome == Outcome.SENT or not result.blames_lane or since is None:
        return result
    is_last = wait_before_retry(result, delivery.attempt_count + 1) is None
    return replace(result, is_gone=is_last and timezone.now() - since > LONGEST_FAILURE)


def give_up(endpoint_id: int, reason: str) -> None:
    """Make an endpoint inactive because of what it answered, or did not."""
    WebhookEndpoint.objects.filter(pk=endpoint_id, is_active=True).update(is_active=False, inactive_reason=reason[:200])
