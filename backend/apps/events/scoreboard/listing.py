"""The events of the front page."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, QuerySet

from apps.events import pages
from apps.events.access import Visitor, listed_events
from apps.events.models import Event
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
    entries: int  # in its current ranking


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
    return [Item(event, phase_of(event, now), _entry_count(event)) for event in events]


def _events(user: Visitor) -> QuerySet[Event]:
    return listed_events(user).select_related("current_ranking").defer("rules", "current_ranking__rules")


def _entry_count(event: Event) -> int:
    return pages.row_count(event.current_ranking, OVERALL) if event.current_ranking else 0
