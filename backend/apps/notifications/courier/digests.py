"""Who would get more messages of a channel in an hour than it allows gets the rest of them together, as a digest.

A delivery that would be too much is kept for an hour and carries those that follow: they refer to it by `digest`, are
sent with it, and never by themselves.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.utils import timezone

from apps.notifications.channels.base import Channel
from apps.notifications.models import Announcement, Delivery
from apps.notifications.statements import execute

State = Delivery.State
WINDOW = timedelta(hours=1)
# What is sent now may have been announced long before; what was announced before that does not count.
LOOK_BACK = 2 * WINDOW

# Told apart by their moment, counted for all recipients at once, and put together by grouping instead of joins: of what
# was inserted just now the planner knows nothing, and would compare everybody with everybody.
_HOLD_BACK = """
WITH of_each (recipient_id, made_id, number, carrier_id) AS (
    SELECT n.recipient_id, d.id, 0, 0 FROM notifications_delivery d
    JOIN notifications_notification n ON n.id = d.notification_id
    WHERE n.announcement_id = %(announcement)s
        AND d.channel = %(channel)s AND d.state = 'waiting' AND d.claims = 0 AND d.due_at = %(now)s
    UNION ALL
    SELECT m.recipient_id, 0, 1, 0 FROM notifications_delivery o
    JOIN notifications_notification m ON m.id = o.notification_id
    WHERE m.announcement_id IN (
            SELECT id FROM notifications_announcement WHERE created_at > %(told_since)s AND id <> %(announcement)s
        )
        AND m.recipient_id IN (
            SELECT recipient_id FROM notifications_notification WHERE announcement_id = %(announcement)s
        )
        AND o.channel = %(channel)s AND o.digest_id IS NULL
        AND (o.state = 'waiting' AND NOT o.is_digest OR o.state = 'sent' AND o.sent_at > %(since)s)
    UNION ALL
    SELECT m.recipient_id, 0, 0, o.id FROM notifications_delivery o
    JOIN notifications_notification m ON m.id = o.notification_id
    WHERE o.channel = %(channel)s AND o.state = 'waiting' AND o.is_digest AND o.claim IS NULL AND o.due_at > %(now)s
), decided AS (
    SELECT MAX(made_id) AS id, MIN(NULLIF(carrier_id, 0)) AS digest_id FROM of_each
    GROUP BY recipient_id HAVING MAX(made_id) > 0 AND SUM(number) >= %(most)s
)
UPDATE notifications_delivery
SET due_at = %(until)s, digest_id = decided.digest_id, is_digest = (decided.digest_id IS NULL)
FROM decided WHERE decided.id = notifications_delivery.id
"""


def hold_back(announcement: Announcement, channel: Channel, made_at: datetime) -> datetime | None:
    """Of the deliveries made for an announcement at that moment, keep back what would be too much for its recipient.

    Returns until when; None if nothing is kept back. Two announcements at the same moment may both pass.
    """
    most = channel.most_per_hour
    if most is None or not _may_be_too_much(announcement, most, made_at):
        return None
    until = made_at + WINDOW
    moments = {"now": made_at, "since": made_at - WINDOW, "told_since": made_at - LOOK_BACK, "until": until}
    held = execute(_HOLD_BACK, {**moments, "announcement": announcement.pk, "channel": channel.name, "most": most})
    return until if held else None


def _may_be_too_much(announcement: Announcement, most: int, now: datetime) -> bool:
    """Cheaply: nobody was told more things than there were."""
    others = Announcement.objects.filter(created_at__gt=now - LOOK_BACK).exclude(pk=announcement.pk)
    return most == 0 or others[most - 1 : most].exists()


def carried_by(carriers: Sequence[Delivery], related: Sequence[str]) -> dict[int, list[Delivery]]:
    """What each of these carries, the oldest first."""
    found: dict[int, list[Delivery]] = {one.pk: [] for one in carriers}
    if carriers:
        waiting = Delivery.objects.filter(digest__in=carriers, state=State.WAITING).select_related(*related)
        for delivery in waiting.order_by("pk"):
            assert delivery.digest_id is not None  # noqa: S101 (asked for)
            found[delivery.digest_id].append(delivery)
    return found


def mark_carried(carrier: Delivery, carried_ids: Sequence[int]) -> None:
    """Note that a carrier was sent with these; what came too late for it goes by itself."""
    waiting = Delivery.objects.filter(digest=carrier, state=State.WAITING)
    waiting.filter(pk__in=carried_ids).update(state=State.SENT, sent_at=timezone.now())
    release([carrier])


def release(carriers: Sequence[Delivery]) -> int:
    """Let what still waits for these go by itself. Returns how many."""
    waiting = Delivery.objects.filter(digest__in=carriers, state=State.WAITING)
    return waiting.update(digest=None, due_at=timezone.now())


def release_left_behind() -> int:
    """Let go by itself what waits for a carrier that does not wait any more. Returns how many."""
    left = Delivery.objects.filter(digest__isnull=False, state=State.WAITING).exclude(digest__state=State.WAITING)
    ids = list(left.values_list("pk", flat=True)[:10_000])
    return Delivery.objects.filter(pk__in=ids, state=State.WAITING).update(digest=None, due_at=timezone.now())
