"""The events of the front page."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, QuerySet

from apps.events.access import Visitor, listed_events
from apps.events.models import Entry, Event
from apps.events.ranking_lines import count_lines
from apps.events.result import OVERALL
from apps.events.scoreboard.phases import Phase, phase_of

FINISHED_PER_PAGE = 30
# Nobody reads more than that; without a bound a forgotten heap of drafts would make the page endless.
MOST_RUNNING = 100

_RUNNING = (Phase.LIVE, Phase.UPCOMING, Phase.DRAFT)
_RUNNING_STATES = (Event.State.OPEN, Event.State.DRAFT)


@dataclass(frozen=True, slots=True)
class Item:
    """An event as listed."""

    event: Event
    phase: Phase
    entries: int  # in its public ranking


@dataclass(frozen=True, slots=True)
class Group:
    """Events of one phase."""

    phase: Phase
    items: Sequence[Item]


def running_groups(user: Visitor, now: datetime) -> list[Group]:
    """Live, upcoming and (for those who work on them) draft events, the soonest first; groups without any left out."""
    events = _events(user).filter(state__in=_RUNNING_STATES).order_by(F("starts_at").asc(nulls_last=True), "id")
    items = make_items(events[:MOST_RUNNING], now)
    groups = [Group(phase, [item for item in items if item.phase == phase]) for phase in _RUNNING]
    return [group for group in groups if group.items]


def finished_events(user: Visitor) -> QuerySet[Event]:
    """Events that are over, the latest first."""
    return _events(user).exclude(state__in=_RUNNING_STATES).order_by(F("starts_at").desc(nulls_last=True), "-id")


def make_items(events: Iterable[Event], now: datetime) -> list[Item]:
    """What is shown of each event."""
    listed = list(events)
    gone = _entries_gone(listed)
    return [Item(event, phase_of(event, now), _entry_count(event, gone[event.pk])) for event in listed]


def _events(user: Visitor) -> QuerySet[Event]:
    return listed_events(user).select_related("public_ranking").defer("rules", "public_ranking__rules")


def _entries_gone(events: Sequence[Event]) -> Mapping[int, list[int]]:
    """By event the entries that its ranking may still have although they are not shown any more. One query."""
    gone: dict[int, list[int]] = defaultdict(list)
    newer = [event.pk for event in events if event.ranked_version != event.input_version]
    if newer:
        not_shown = Entry.objects.filter(event__in=newer, standing__in=Entry.NOT_SHOWN)
        for event_id, entry_id in not_shown.values_list("event", "pk"):
            gone[event_id].append(entry_id)
    return gone


def _entry_count(event: Event, gone: Sequence[int]) -> int:
    return count_lines(event.public_ranking, OVERALL, gone).total if event.public_ranking else 0
