"""When staff and organisers are told of work that was given up."""

from collections.abc import Sequence
from datetime import timedelta

from django.utils import timezone

from apps.events.models import Event
from apps.notifications.fan_out import announce
from apps.notifications.kinds.dead_letters_waiting import TOLD_BY_ITSELF
from apps.notifications.models import Announcement
from delivery.attention import WaitingLetter, newest_waiting, waiting_letters

Kind = Announcement.Kind
# Of dead letters that are no ranking's staff are told at most once in that time.
QUIET = timedelta(hours=1)
# Letters younger than that are left for the next look: see delivery.attention.
YOUNG = timedelta(seconds=10)


def announce_failed_rankings() -> int:
    """Tell of each event whose ranking failed since the last look, within the caller's transaction.

    Letters of one event that are found together are one failure, told as the newest says. Returns how many were told.
    """
    last = _last(Kind.RANKING_FAILED)
    upto = last.details["upto"] if last else 0
    letters = waiting_letters(TOLD_BY_ITSELF, after=upto, taken_before=timezone.now() - YOUNG)
    ids = [(one.kwargs[TOLD_BY_ITSELF[1]], one) for one in letters]
    newest_of_event = {event_id: one for event_id, one in ids if isinstance(event_id, int)}
    events = Event.objects.in_bulk(newest_of_event)
    return sum(announce(_failed(events[pk], one, letters)) for pk, one in newest_of_event.items() if pk in events)


def _failed(event: Event, letter: WaitingLetter, seen: Sequence[WaitingLetter]) -> Announcement:
    announcement, _is_new = Announcement.objects.get_or_create(
        kind=Kind.RANKING_FAILED,
        key=f"letter:{letter.letter_id}",
        defaults={
            "event": event,
            "details": {
                "error": letter.error,
                "failed_at": letter.died_at.isoformat(),
                "upto": seen[-1].letter_id,
            },
        },
    )
    return announcement


def announce_waiting_letters() -> int:
    """Tell staff of the other letters that wait, if new ones have come and QUIET is over; returns how many were told.

    Within the caller's transaction.
    """
    now = timezone.now()
    last = _last(Kind.DEAD_LETTERS_WAITING)
    newest = newest_waiting(without=TOLD_BY_ITSELF, taken_before=now - YOUNG)
    if newest <= (last.details["upto"] if last else 0) or (last and last.created_at > now - QUIET):
        return 0
    # The key names the one before: of two looks at once both would make the same one.
    announcement, _is_new = Announcement.objects.get_or_create(
        kind=Kind.DEAD_LETTERS_WAITING, key=f"after:{last.pk if last else 0}", defaults={"details": {"upto": newest}}
    )
    return announce(announcement)


def _last(kind: Announcement.Kind) -> Announcement | None:
    return Announcement.objects.filter(kind=kind).order_by("-pk").first()
