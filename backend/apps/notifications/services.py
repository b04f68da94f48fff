"""Telling people. Each service is one transaction, but for those that send: what was sent cannot be taken back."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from apps.events.changes import lock_event
from apps.events.models import Correction, ImportBatch, Ranking
from apps.notifications.announcing.letters import announce_failed_rankings, announce_waiting_letters
from apps.notifications.announcing.openings import announce_openings_due
from apps.notifications.announcing.results import announce_correction, announce_publication
from apps.notifications.announcing.standings import announce_standings
from apps.notifications.channels import CHANNELS
from apps.notifications.courier.lanes import set_rate
from apps.notifications.courier.redelivering import redeliver, redeliver_unsent
from apps.notifications.courier.run import run_channel
from apps.notifications.courier.sweep import sweep
from apps.notifications.fan_out import announce
from apps.notifications.models import Announcement, Delivery, Lane, Notification, SuppressedAddress, WebhookEndpoint
from apps.notifications.preferences import change_settings
from apps.notifications.suppression import lift, suppress
from apps.notifications.unsubscribing import Subscription, come_back, leave
from apps.notifications.webhooks import endpoints
from apps.rankings.models import Standings
from apps.rankings.revisions import lock_season

Kind = Announcement.Kind


@transaction.atomic
def announce_event_ranking(ranking_id: int) -> dict[str, Any]:
    """Tell each participant of a ranking who has an account that the results are published.

    Once for each publishing, however often and whenever it runs. A ranking that is no longer official is not
    announced; one that was corrected before anybody was told of it is announced as it is now. Returns how many were
    told, or why nobody was.
    """
    ranking = Ranking.objects.get(pk=ranking_id)
    # The lock keeps the results official until everybody is told.
    return {"ranking_id": ranking_id, **announce_publication(lock_event(ranking.event_id), ranking)}


@transaction.atomic
def announce_event_correction(ranking_id: int) -> dict[str, Any]:
    """Tell whose rank the corrections of an event's published results have changed since they were told last.

    The ranking names the event; what is told is the one that is official now. Late, twice, at once with another run or
    before the publishing was told, it ends with everybody told once. Returns how many were told, or why nobody was.
    """
    ranking = Ranking.objects.only("event_id").get(pk=ranking_id)
    return {"ranking_id": ranking_id, **announce_correction(lock_event(ranking.event_id))}


@transaction.atomic
def announce_status_change(correction_id: int) -> dict[str, Any]:
    """Tell the account of an entry that its status was changed. Returns how many were told."""
    correction = Correction.objects.select_related("event").get(pk=correction_id)
    announcement, _is_new = Announcement.objects.get_or_create(
        kind=Kind.STATUS_CHANGED,
        key=f"correction:{correction_id}",
        defaults={"event": correction.event, "correction": correction},
    )
    return {"correction_id": correction_id, "told": announce(announcement)}


@transaction.atomic
def announce_season_standings(standings_id: int) -> dict[str, Any]:
    """Tell whose rank or total in a season has changed since its standings were told last.

    The standings name the season; what is told are those that hold now. Returns how many were told, or why nobody was.
    """
    standings = Standings.objects.only("season_id").get(pk=standings_id)
    return {"standings_id": standings_id, **announce_standings(lock_season(standings.season_id))}


def announce_openings() -> dict[str, Any]:
    """Tell the participants of the open events that start within a day, once for each start of each event."""
    return announce_openings_due()


@transaction.atomic
def announce_import(batch_id: int) -> dict[str, Any]:
    """Tell who submitted a file of scores what became of it. Returns how many were told."""
    batch = ImportBatch.objects.select_related("event").get(pk=batch_id)
    announcement, _is_new = Announcement.objects.get_or_create(
        kind=Kind.IMPORT_FINISHED, key=f"batch:{batch_id}", defaults={"event": batch.event, "batch": batch}
    )
    return {"batch_id": batch_id, "told": announce(announcement)}


@transaction.atomic
def announce_dead_letters() -> dict[str, Any]:
    """Tell organisers and staff of rankings that failed, and staff of what else was given up, as far as it is new."""
    return {"rankings_failed": announce_failed_rankings(), "waiting": announce_waiting_letters()}


def deliver_messages(channel_id: str, *, run_id: int) -> dict[str, int]:
    """Send what is due by a channel, for some seconds, as one of the runs that it may have at once.

    Returns how many tries ended how. Any number of runs at once, and after kills, send each message once, but for what
    was being sent when a run was killed (see docs/guarantees.md).
    """
    return run_channel(CHANNELS[channel_id], run_id)


@transaction.atomic
def redeliver_message(delivery_id: int, *, by: User | None, reason: str = "") -> Delivery:
    """Send a delivery again that was given up, skipped or sent; who wanted it is on record. Raises WrongState."""
    return redeliver(delivery_id, by=by, reason=reason)


@transaction.atomic
def redeliver_unsent_messages(delivery_ids: Sequence[int], *, by: User | None, reason: str) -> int:
    """Send again those of these deliveries that were given up or skipped. Returns how many there are."""
    return redeliver_unsent(delivery_ids, by=by, reason=reason)


@transaction.atomic
def change_lane(lane_id: int, *, rate_per_second: float | None) -> Lane:
    """Set how many messages a second a lane sends at most (None: as many as its channel), and end its rest."""
    return set_rate(lane_id, rate_per_second)


@transaction.atomic
def sweep_deliveries() -> dict[str, int]:
    """Find deliveries that are stuck, and ask for the runs that send them. Returns how many channels had any."""
    return sweep()


def mark_notification_read(notification_id: int) -> None:
    """Note that its recipient has read it; the first time counts."""
    Notification.objects.filter(pk=notification_id, read_at__isnull=True).update(read_at=timezone.now())


def mark_all_notifications_read(user_id: int) -> int:
    """Note that someone has read all of the inbox. Returns how many were unread."""
    unread = Notification.objects.filter(recipient=user_id, in_inbox=True, read_at__isnull=True)
    return unread.update(read_at=timezone.now())


@transaction.atomic
def change_recipient_settings(user_id: int, *, changes: Mapping[str, Any]) -> None:
    """Note how someone wants to be told: `language`, `kinds` and `all`, as far as they are there.

    None as the language is that of the deployment; in `kinds` (kind -> channel -> wanted) and in `all` (channel ->
    wanted) it takes a choice back. Raises InvalidInput with the place of what there is not.
    """
    change_settings(user_id, changes)


def register_webhook(*, owner: User, url: str, description: str = "", kinds: Sequence[str] = ()) -> WebhookEndpoint:
    """A new endpoint of someone's, with a secret of its own; no kinds: all. Raises InvalidInput and Conflict."""
    return endpoints.register(owner=owner, url=url, description=description, kinds=list(kinds))


def change_webhook(endpoint_id: int, *, changes: Mapping[str, Any]) -> WebhookEndpoint:
    """Change url, description, kinds or is_active. Raises InvalidInput and Missing."""
    return endpoints.change(endpoint_id, changes)


@transaction.atomic
def rotate_webhook_secret(endpoint_id: int, *, keep_old: timedelta = endpoints.KEEP_OLD_SECRET) -> WebhookEndpoint:
    """Give an endpoint a new secret; the one before signs as well for `keep_old`. Raises InvalidInput and Missing."""
    return endpoints.rotate_secret(endpoint_id, keep_old=keep_old)


@transaction.atomic
def delete_webhook(endpoint_id: int) -> None:
    """Send an endpoint nothing more. What was sent stays on record. Raises Missing."""
    endpoints.delete(endpoint_id)


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
