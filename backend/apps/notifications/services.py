"""Telling people. Each service is one transaction, but for those that send: what was sent cannot be taken back."""

from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from apps.events.changes import lock_event
from apps.events.models import Ranking
from apps.events.states import OFFICIAL
from apps.notifications.channels import CHANNELS
from apps.notifications.courier.redelivering import redeliver
from apps.notifications.courier.run import run_channel
from apps.notifications.fan_out import announce
from apps.notifications.models import Announcement, Delivery, Notification, SuppressedAddress
from apps.notifications.suppression import lift, suppress
from apps.notifications.unsubscribing import Subscription, come_back, leave

Kind = Announcement.Kind


@transaction.atomic
def announce_event_ranking(ranking_id: int) -> dict[str, Any]:
    """Tell each participant of a ranking who has an account that the results are published.

    Once for each revision, however often it runs: who was told already is passed over. A ranking that is no longer
    official is not announced; one that was corrected before anybody was told of it is announced as it is now. Returns
    how many were told, or why nobody was.
    """
    ranking = Ranking.objects.get(pk=ranking_id)
    # The lock keeps the results official until everybody is told.
    event = lock_event(ranking.event_id)
    if event.state not in OFFICIAL:
        return {"ranking_id": ranking_id, "told": 0, "skipped": f"the event is {event.state}"}
    if event.public_ranking is not None and event.public_ranking_id != ranking_id:
        if Announcement.objects.filter(kind=Kind.RESULTS_PUBLISHED, ranking=ranking).exists():
            return {"ranking_id": ranking_id, "told": 0, "skipped": "a newer revision holds"}
        ranking = event.public_ranking
    announcement, _is_new = Announcement.objects.get_or_create(
        kind=Kind.RESULTS_PUBLISHED, key=f"ranking:{ranking.pk}", defaults={"event": event, "ranking": ranking}
    )
    return {"ranking_id": ranking_id, "told": announce(announcement)}


def deliver_messages(channel_id: str) -> dict[str, int]:
    """Send what is due by a channel, for some seconds. Returns how many tries ended how.

    Any number of runs at once, and after kills, send each message once, but for what was being sent when a run was
    killed (see docs/guarantees.md).
    """
    return run_channel(CHANNELS[channel_id])


@transaction.atomic
def redeliver_message(delivery_id: int, *, by: User | None, reason: str = "") -> Delivery:
    """Send a delivery again that was given up, skipped or sent; who wanted it is on record. Raises WrongState."""
    return redeliver(delivery_id, by=by, reason=reason)


def mark_notification_read(notification_id: int) -> None:
    """Note that its recipient has read it; the first time counts."""
    Notification.objects.filter(pk=notification_id, read_at__isnull=True).update(read_at=timezone.now())


def mark_all_notifications_read(user_id: int) -> int:
    """Note that someone has read all of the inbox. Returns how many were unread."""
    unread = Notification.objects.filter(recipient=user_id, in_inbox=True, read_at__isnull=True)
    return unread.update(read_at=timezone.now())


@transaction.atomic
def unsubscribe(subscription: Subscription, *, every_kind: bool = False) -> None:
    """Send someone no more of a kind by a channel, or nothing at all by it: whoever has the link of an e-mail may."""
    leave(subscription, every_kind=every_kind)


@transaction.atomic
def resubscribe(subscription: Subscription) -> None:
    """Undo that, whatever was left by links."""
    come_back(subscription)


@transaction.atomic
def suppress_address(address: str, *, reason: str) -> None:
    """Send nothing to an address any more; it stays so until somebody lifts it."""
    suppress(address, reason=reason)


@transaction.atomic
def lift_suppression(suppressed_id: int, *, by: User | None) -> SuppressedAddress:
    """Send to an address again; who decided it is on record. Raises Missing and WrongState."""
    return lift(suppressed_id, by=by)
