"""Why somebody did or did not get something: by what is on record, and for who was not told by how things are."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from django.contrib.auth.models import User
from django.db.models import Q, QuerySet

from apps.events.access import may_see_event
from apps.events.models import Entry
from apps.notifications.channels import CHANNELS
from apps.notifications.fan_out import is_recipient
from apps.notifications.models import Announcement, Delivery, Notification, Preference, WebhookEndpoint

State = Delivery.State
SKIPPED_BECAUSE = {
    "unwanted": "their preferences refuse it, or the default of the kind for that role",
    "withdrawn": "what it told did not hold any more when it was to be sent",
}


@dataclass(frozen=True, slots=True)
class ChannelReport:
    """How it went by one channel, or to one endpoint of it."""

    channel: str
    verdict: str  # one sentence
    delivery: Delivery | None = None
    details: list[str] = field(default_factory=list)  # what happened, in the order of time


@dataclass(frozen=True, slots=True)
class Report:
    """What became of one announcement for one person."""

    announcement: Announcement
    notification: Notification | None
    verdict: str
    announced: str  # when
    reasons: list[str]  # of who was not told
    channels: list[ChannelReport]


def find_people(text: str) -> QuerySet[User]:
    """Whom a username, an e-mail address, or the name or bib of a participant may mean."""
    account = Q(username__iexact=text) | Q(email__iexact=text)
    participant = Q(participations__name__iexact=text) | Q(participations__entries__bib=text)
    return User.objects.filter(account | participant).distinct().order_by("pk")


def report(announcement: Announcement, user: User) -> Report:
    """What became of an announcement for a user."""
    notification = announcement.notifications.filter(recipient=user).first()
    if notification is None:
        return Report(
            announcement, None, "was not told", _moment(announcement.created_at), list(_why_not(announcement, user)), []
        )
    return Report(
        announcement,
        notification,
        f"was told on {_moment(notification.created_at)} as {Notification.Role(notification.role).label.lower()}",
        _moment(announcement.created_at),
        [],
        [_inbox(notification), *_channels(notification)],
    )


def _inbox(notification: Notification) -> ChannelReport:
    if not notification.in_inbox:
        return ChannelReport("inbox", "not in the inbox: preferences, or the default of the kind, refuse it")
    read = f"read on {_moment(notification.read_at)}" if notification.read_at else "not read yet"
    return ChannelReport("inbox", f"in the inbox since {_moment(notification.created_at)}, {read}")


def _channels(notification: Notification) -> Iterator[ChannelReport]:
    deliveries = notification.deliveries.select_related("lane", "endpoint", "digest").order_by("pk")
    found: set[str] = set()
    for delivery in deliveries:
        found.add(delivery.channel)
        place = f"{delivery.channel} to {delivery.endpoint}" if delivery.endpoint else delivery.channel
        yield ChannelReport(place, _verdict(delivery), delivery, list(_history(delivery)))
    for name in CHANNELS:
        if name not in found:
            yield ChannelReport(name, "nothing was made: there was no place to send it to by this channel")


def _verdict(delivery: Delivery) -> str:
    if delivery.state == State.SENT:
        return f"sent on {_moment(delivery.sent_at)}{', in a digest' if delivery.digest_id else ''}"
    if delivery.state == State.SKIPPED:
        return f"not sent: {SKIPPED_BECAUSE.get(delivery.reason, delivery.reason)}"
    if delivery.state == State.FAILED:
        return f"given up after try {delivery.attempt_count}: {delivery.reason}"
    return _why_waiting(delivery)


def _why_waiting(delivery: Delivery) -> str:
    if delivery.digest_id:
        return "waits for a digest: the person had had as many messages of this channel in an hour as it allows"
    if delivery.is_digest:
        return f"waits until {_moment(delivery.due_at)}, to be sent as a digest with what comes meanwhile"
    if delivery.claim is not None:
        return f"is being sent; if its worker has died another one takes it from {_moment(delivery.due_at)}"
    paused = delivery.lane.paused_until
    if paused is not None and paused > delivery.due_at:
        return f"waits until {_moment(paused)}: {delivery.lane} rests after failures"
    return f"waits to be sent from {_moment(delivery.due_at)}{f'; last: {delivery.reason}' if delivery.reason else ''}"


def _history(delivery: Delivery) -> Iterator[str]:
    happened: list[tuple[datetime, str]] = [
        (one.started_at, f"tried: {one.get_outcome_display().lower()} after {one.duration_ms} ms: {one.answer}")
        for one in delivery.attempts.all()
    ]
    happened += [
        (one.at, f"sent again by {one.by or 'manage.py redeliver'}: {one.reason or 'no reason given'}")
        for one in delivery.redeliveries.select_related("by")
    ]
    return (f"{_moment(at)} {what}" for at, what in sorted(happened))


def _why_not(announcement: Announcement, user: User) -> Iterator[str]:
    """As things are now: what they were then is not on record for who was not told."""
    if not user.is_active:
        yield "the account is not in use"
    if user.date_joined > announcement.created_at:
        yield f"the account is younger ({_moment(user.date_joined)}) than the announcement"
    if announcement.event is not None:
        if not may_see_event(user, announcement.event):
            yield f"they may not see the event, which is {announcement.event.visibility} and {announcement.event.state}"
        yield from _entries(announcement, user)
    if announcement.kind == Announcement.Kind.RESULTS_CORRECTED:
        yield "a correction is told to those alone whose rank it changed, on any board that they are on"
    if is_recipient(announcement, user.pk):
        yield "they would be told now: what makes them a recipient has come since"
    else:
        yield f"they are none of the recipients of {announcement.get_kind_display().lower()}"


def _entries(announcement: Announcement, user: User) -> Iterator[str]:
    entries = Entry.objects.filter(event=announcement.event_id, participant__user=user).order_by("pk")
    for entry in entries:
        standing = Entry.Standing(entry.standing).label
        shown = "shown" if entry.standing in Entry.SHOWN else "not shown to anybody"
        yield f"their entry {entry.bib} is {standing}, {shown}"
    if not entries:
        yield "no entry in the event belongs to their account"


def preferences_of(user: User) -> list[str]:
    """What a user has chosen, and when."""
    return [
        f"{one.kind or 'every kind'} by {one.channel}: {'on' if one.is_on else 'off'}, since {_moment(one.changed_at)} "
        f"({one.changed_by})"
        for one in Preference.objects.filter(user=user).order_by("channel", "kind")
    ]


def endpoints_of(user: User) -> list[str]:
    """Where a user's webhooks go."""
    endpoints = WebhookEndpoint.objects.filter(owner=user, deleted_at=None)
    return [f"{one.url}{'' if one.is_active else f' (inactive: {one.inactive_reason})'}" for one in endpoints]


def _moment(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S %Z}" if at else "-"
