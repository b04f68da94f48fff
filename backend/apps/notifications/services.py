"""Telling people. Each service is one transaction."""

from itertools import islice
from typing import Any

from django.db import transaction
from django.utils import timezone

from apps.events.changes import lock_event
from apps.events.models import Entry, Event, Ranking
from apps.events.states import OFFICIAL
from apps.notifications.models import Notification

BATCH_ROWS = 2000


@transaction.atomic
def announce_event_ranking(ranking_id: int) -> dict[str, Any]:
    """Put "results published" into the inbox of each participant of a ranking who has an account.

    Once for each revision, however often it runs: who was told already is passed over. A ranking that is no longer
    official is not announced; one that was corrected before anybody was told of it is announced as it is now. Returns
    how many were told, or why nobody was.
    """
    ranking = Ranking.objects.get(pk=ranking_id)
    # The lock keeps the results official until everybody is told.
    event = lock_event(ranking.event_id)
    if event.state not in OFFICIAL:
        return {"ranking_id": ranking_id, "told": 0, "skipped": f"the event is {event.state}"}
    published = Notification.objects.filter(kind=Notification.Kind.RESULTS_PUBLISHED)
    if event.public_ranking is not None and event.public_ranking_id != ranking_id:
        if published.filter(ranking=ranking).exists():
            return {"ranking_id": ranking_id, "told": 0, "skipped": "a newer revision holds"}
        ranking = event.public_ranking
    announced = published.filter(ranking=ranking)
    told_before = announced.count()
    _notify_participants(event, ranking)
    return {"ranking_id": ranking_id, "told": announced.count() - told_before}


def _notify_participants(event: Event, ranking: Ranking) -> None:
    # Those shown now: who was hidden by a correction that is not ranked yet is told nothing.
    recipients = Entry.objects.filter(event=event, standing__in=Entry.SHOWN, participant__user__isnull=False)
    user_ids = recipients.order_by().values_list("participant__user", flat=True).distinct().iterator(BATCH_ROWS)
    while batch := list(islice(user_ids, BATCH_ROWS)):
        Notification.objects.bulk_create(
            [
                Notification(
                    recipient_id=user_id, kind=Notification.Kind.RESULTS_PUBLISHED, event=event, ranking=ranking
                )
                for user_id in batch
            ],
            ignore_conflicts=True,
        )


def mark_notification_read(notification_id: int) -> None:
    """Note that its recipient has read it; the first time counts."""
    Notification.objects.filter(pk=notification_id, read_at__isnull=True).update(read_at=timezone.now())


def mark_all_notifications_read(user_id: int) -> int:
    """Note that someone has read all of the inbox. Returns how many were unread."""
    return Notification.objects.filter(recipient=user_id, read_at__isnull=True).update(read_at=timezone.now())
