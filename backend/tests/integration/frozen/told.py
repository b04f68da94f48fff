"""Notifications of every kind about a frozen event, to everybody who could ever be told of it."""

from io import BytesIO
from typing import Any

from apps.events.models import Ranking
from apps.events.services import import_scores, submit_import
from apps.notifications.fan_out import announce
from apps.notifications.models import Announcement, Notification
from apps.notifications.services import (
    announce_event_correction,
    announce_event_ranking,
    announce_import,
    announce_openings,
    announce_season_standings,
    announce_status_change,
)
from apps.rankings.models import Season
from delivery.models import OutboxMessage
from tests.factories import make_user
from tests.integration.frozen.world import HIDDEN_BIB, LATE_VALUE, World

Kind = Announcement.Kind


def tell_everything(world: World) -> None:
    """First what comes of the event as it is, by whatever could ask for it, then what should never have been made."""
    make_user("operator", is_staff=True)
    event = world.event
    event.refresh_from_db()
    for ranking in Ranking.objects.filter(event=event):
        announce_event_ranking(ranking.pk)
        announce_event_correction(ranking.pk)
    for message in OutboxMessage.objects.filter(task_name="notifications.announce_status_change"):
        announce_status_change(**message.kwargs)
    announce_openings()
    announce_season_standings(Season.objects.get(slug="cup").current_standings_id or 0)
    dry_run = f"bib,name,score\n{HIDDEN_BIB},Xanthippe,{LATE_VALUE}\n".encode()
    batch = submit_import(event.pk, content=BytesIO(dry_run), by=event.owner, dry_run=True)
    import_scores(batch.pk)
    announce_import(batch.pk)
    _make_by_force(world)


def _make_by_force(world: World) -> None:
    event = world.event
    live, public = event.current_ranking, event.public_ranking
    assert live is not None
    assert event.starts_at is not None
    failed: dict[str, Any] = {"error": "RuntimeError: out of memory", "failed_at": event.starts_at.isoformat()}
    _force(Kind.RESULTS_PUBLISHED, event=event, ranking=live)
    corrected = _force(Kind.RESULTS_CORRECTED, event=event, ranking=live, ranking_before=public)
    # Whoever takes part has the same rank in both.
    Notification.objects.get_or_create(
        announcement=corrected, recipient=world.athlete, defaults={"role": Notification.Role.PARTICIPANT}
    )
    _force(Kind.EVENT_OPENING, event=event, details={"starts_at": event.starts_at.isoformat()})
    _force(Kind.RANKING_FAILED, event=event, details=failed)
    _force(Kind.DEAD_LETTERS_WAITING)
    for correction in event.corrections.filter(kind="status"):
        _force(Kind.STATUS_CHANGED, event=event, correction=correction)


def _force(kind: Announcement.Kind, **fields: Any) -> Announcement:
    announcement = Announcement.objects.create(kind=kind, key=f"forced:{Announcement.objects.count()}", **fields)
    announce(announcement)
    return announcement
