"""What people will read, for the organiser to see before anything is sent. Writes nothing and sends nothing."""

from collections.abc import Callable
from copy import copy
from dataclasses import dataclass, replace
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

from apps.errors import InvalidInput, WrongState
from apps.events import pages
from apps.events.models import Entry, Event, Ranking
from apps.events.result import OVERALL
from apps.notifications.channels import CHANNELS, INBOX
from apps.notifications.fan_out import count_reached
from apps.notifications.kinds import KINDS
from apps.notifications.kinds.base import Facts, Role
from apps.notifications.messages import Message, compose
from apps.notifications.models import Announcement, Notification
from apps.notifications.places import entry_places

Kind = Announcement.Kind
LINES_LOOKED_AT = 1000  # for the first one with an account


@dataclass(frozen=True, slots=True)
class Sample:
    """A message as one line's account would get it, or would if the line had one."""

    entry: Entry
    message: Message

    @property
    def has_account(self) -> bool:
        """Whether there is an account, in use, that would get it."""
        return _has_account(self.entry)


@dataclass(frozen=True, slots=True)
class Reach:
    """What a channel would do."""

    channel: str
    told: int
    not_told: dict[str, int]  # people by the reason


@dataclass(frozen=True, slots=True)
class Audience:
    """Who would be told."""

    channels: list[Reach]
    without_account: int  # entries that are shown, of people with no account in use: told by no channel


def make_sample(event: Event, kind: str, *, language: str, bib: str = "") -> Sample:
    """The message for the entry of that bib; without one for the first line with an account, or the first line.

    As if the event were published, or open. Raises InvalidInput for a bib that is not there, and WrongState if there is
    nothing to tell yet.
    """
    announcement = _announcement(event, kind)
    entry = _entry_of(event, bib) if bib else _first_entry(event, announcement.ranking)
    notification = Notification(
        announcement=announcement, recipient_id=entry.participant.user_id or 0, role=Role.PARTICIPANT
    )
    facts = _facts(announcement, notification, entry)
    return Sample(entry, compose(notification, facts, language))


def count_audience(event: Event, kind: str) -> Audience:
    """How many people each channel would reach. Raises WrongState if there is nothing to tell yet."""
    announcement = _announcement(event, kind)
    of_nobody = Q(participant__user__isnull=True) | Q(participant__user__is_active=False)
    return Audience(
        [_reach(announcement, channel) for channel in (INBOX, *CHANNELS)], _shown(event).filter(of_nobody).count()
    )


def _reach(announcement: Announcement, channel: str) -> Reach:
    # A channel may note what it needs to be asked, as its first lane. That is taken back.
    with transaction.atomic():
        counts = count_reached(announcement, channel)
        transaction.set_rollback(True)
    return Reach(channel, counts.pop("", 0), dict(sorted(counts.items())))


def _announcement(event: Event, kind: str) -> Announcement:
    """As it will be made; never saved."""
    as_told = copy(event)
    as_told.state = Event.State.OPEN if kind == Kind.EVENT_OPENING else Event.State.PUBLISHED
    announcement = Announcement(kind=kind, key="preview", event=as_told)
    if kind == Kind.EVENT_OPENING:
        if event.starts_at is None:
            raise WrongState("the event has no start yet", place="starts_at")
        announcement.details = {"starts_at": event.starts_at.isoformat()}
    else:
        if event.public_ranking is None:
            raise WrongState("the event has no ranking yet", place="ranking")
        announcement.ranking = event.public_ranking
    return announcement


def _facts(announcement: Announcement, notification: Notification, entry: Entry) -> Facts:
    (told,) = KINDS[announcement.kind].tell(announcement, [notification])
    # Without an account, or with one that may not see the event yet, it is told nothing: then what it would be told.
    if not notification.recipient_id or "event" not in told.context:
        event = announcement.event
        assert event is not None  # noqa: S101 (set where it is made)
        return Facts(_CONTEXTS[announcement.kind](announcement, entry), f"/events/{event.slug}/")
    return replace(told, withheld="")


def _of_results(announcement: Announcement, entry: Entry) -> dict[str, Any]:
    assert announcement.ranking is not None  # noqa: S101 (set where it is made)
    places = entry_places(announcement.ranking, [entry.pk])[entry.pk]
    return {"event": announcement.event, "is_current": True, "places": places}


def _of_opening(announcement: Announcement, entry: Entry) -> dict[str, Any]:
    own = {"bib": entry.bib, "name": entry.participant.name, "divisions": entry.division_set.values}
    starts_at = announcement.event.starts_at if announcement.event else None
    return {"event": announcement.event, "starts_at": starts_at, "entries": [own]}


# The kinds of which there is a preview, with what they tell of an entry without an account.
_CONTEXTS: dict[str, Callable[[Announcement, Entry], dict[str, Any]]] = {
    Kind.RESULTS_PUBLISHED: _of_results,
    Kind.EVENT_OPENING: _of_opening,
}
PREVIEWED = list(_CONTEXTS)


def _entry_of(event: Event, bib: str) -> Entry:
    entry = _shown(event).filter(bib=bib).first()
    if entry is None:
        raise InvalidInput(f"no entry that is shown has the bib {bib!r}", place="bib")
    return entry


def _first_entry(event: Event, ranking: Ranking | None) -> Entry:
    """The first line, or entry, with an account; the first one where none has."""
    shown = _shown(event)
    rows = pages.rows(ranking, OVERALL, 0, LINES_LOOKED_AT) if ranking else []
    order = {row.entry_id: index for index, row in enumerate(rows)}
    lines = sorted(shown.filter(pk__in=order), key=lambda entry: order[entry.pk])
    with_account = next(filter(_has_account, lines), None)
    with_account = with_account or shown.filter(participant__user__is_active=True).first()
    first = with_account or (lines[0] if lines else shown.first())
    if first is None:
        raise WrongState("the event has no entries yet", place="entries")
    return first


def _has_account(entry: Entry) -> bool:
    user = entry.participant.user
    return user is not None and user.is_active


def _shown(event: Event) -> QuerySet[Entry]:
    entries = Entry.objects.filter(event=event, standing__in=Entry.SHOWN)
    return entries.select_related("participant__user", "division_set").order_by("pk")
