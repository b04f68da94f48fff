"""Changing what a ranking is computed from: one lock, one version, one request for a new ranking."""

import uuid
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import F
from django.utils import timezone

from apps.errors import InvalidInput
from apps.events.models import Event
from apps.events.states import OFFICIAL
from delivery.outbox import enqueue

# A burst of scores leads to few rankings: the next one waits twice as long as the last took, within these bounds.
SHORTEST_WAIT = timedelta(seconds=1)
LONGEST_WAIT = timedelta(seconds=60)


def lock_event(event_id: int) -> Event:
    """The event, locked until the transaction ends. Raises InvalidInput if there is none.

    The lock puts all changes of one event in a row, so that a version belongs to exactly one state of its input. It
    is the weaker one (NO KEY) that lets rows which refer to the event be written meanwhile.
    """
    try:
        return Event.objects.select_for_update(no_key=True).get(pk=event_id)
    except Event.DoesNotExist:
        raise InvalidInput(f"there is no event {event_id}", place="event") from None


def note_change(event: Event, *, shows_at_once: bool = True, wait: timedelta | None = None) -> None:
    """Raise the version of a locked event's input and ask for a ranking of it, after `wait` or else a cool-down.

    `shows_at_once` says whether a page may look different before the next ranking, as when an entry is hidden or
    renamed. Then `updated_at` moves too: a reader who holds the page is told that it is out of date.
    """
    event.input_version += 1
    changed = {"updated_at": timezone.now()} if shows_at_once else {}
    Event.objects.filter(pk=event.pk).update(input_version=F("input_version") + 1, **changed)
    if event.state != Event.State.DRAFT:
        enqueue_ranking(event, wait=wait or cool_down(event))


def enqueue_ranking(event: Event, *, wait: timedelta | None = None) -> uuid.UUID:
    """Ask for the event's ranking, at once or after `wait`; requests that still wait become one."""
    return enqueue(
        "events.generate_event_ranking",
        {"event_id": event.pk},
        coalesce_key=f"events.generate_event_ranking:{event.pk}",
        not_before=timezone.now() + wait if wait else None,
    )


def cool_down(event: Event) -> timedelta:
    """How long the next ranking waits for further changes."""
    twice_the_last_run = timedelta(milliseconds=2 * event.ranking_ms)
    return min(max(twice_the_last_run, SHORTEST_WAIT), LONGEST_WAIT)


def enqueue_corrected(event: Event, *, is_new: bool, has_moved: bool) -> None:
    """What follows a ranking where results are official: standings, and telling people of a new public revision.

    `has_moved` says that the input is newer. Standings leave out who is hidden at the time, so they are computed again
    even where an entry was hidden and shown since, and nothing is new.
    """
    if event.state not in OFFICIAL:
        return
    if is_new or has_moved:
        enqueue("rankings.refresh_season_standings", {"event_id": event.pk})
    if is_new:
        # A correction of published results is published with this revision.
        enqueue(
            "notifications.announce_event_correction",
            {"ranking_id": event.public_ranking_id},
            coalesce_key=f"notifications.announce_event_correction:{event.pk}",
            not_before=when_settled(),
        )


def when_settled() -> datetime | None:
    """When people are told of a change that others may follow soon: one message then tells all of them."""
    wait = timedelta(seconds=settings.NOTIFICATION_SETTLE_SECONDS)
    return timezone.now() + wait if wait else None
