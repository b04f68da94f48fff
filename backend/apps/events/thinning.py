"""Removing provisional revisions that nobody needs: which may go, and that they go whole.

What may go is what none of the rules keeps that docs/adr/0048-provisional-revisions-can-be-thinned.md gives. Nothing
here happens by itself.
"""

from collections.abc import Container, Sequence
from datetime import UTC, datetime, timedelta
from itertools import groupby, takewhile
from typing import NamedTuple

from django.db import transaction
from django.db.models import ForeignObjectRel, Min, Q

from apps.events.changes import lock_event
from apps.events.corrections import check_reason
from apps.events.models import Event, Ranking, RankingPage, Thinning
from apps.events.page_store import count_octets, delete_rankings
from apps.events.sourced_scores import DEFAULT_REASON
from apps.events.states import OFFICIAL

# Revisions of one transaction, which holds the event's lock: 14 MB of 30,000 entries, 0.4 GB of a million.
BATCH = 20
# A publishing is noted by another host than a ranking. Their clocks may differ, by less than this.
CLOCKS_APART = timedelta(hours=1)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Terms(NamedTuple):
    """What an operator allows to go."""

    before: datetime  # nothing that was computed at or after this moment
    every: timedelta  # and one revision of each stretch of that length stays


class Revision(NamedTuple):
    """What of a ranking tells whether it may go."""

    pk: int
    computed_at: datetime
    reason: str


def superfluous(revisions: Sequence[Revision], terms: Terms, referred: Container[int]) -> list[int]:
    """The ids of those revisions of one variant, given in their order, that may go. No database, no clock.

    From the first one on that is too young, or that anything refers to, all stay, whatever their clocks said.
    """
    old = list(takewhile(lambda one: one.computed_at < terms.before and one.pk not in referred, revisions))
    last_of_stretch = {(one.computed_at - _EPOCH) // terms.every: one.pk for one in old}
    # The newest, which stood when the next one came, is the last of its stretch.
    stay = {*(one.pk for one in old[:1]), *last_of_stretch.values()}
    return [one.pk for one in old if one.pk not in stay and one.reason in ("", DEFAULT_REASON)]


def removable(event: Event, terms: Terms) -> list[int]:
    """The ids of an event's revisions that may go, the oldest first."""
    before = _provisional_until(event, terms.before)
    if before is None:
        return []
    referred = _referred(event)
    rows = Ranking.objects.filter(event=event).order_by("variant", "revision")
    found = groupby(rows.values_list("variant", "pk", "computed_at", "reason"), key=lambda row: row[0])
    each = ([Revision(*row[1:]) for row in of_variant] for _variant, of_variant in found)
    return sorted(pk for revisions in each for pk in superfluous(revisions, terms._replace(before=before), referred))


def remove_superfluous(event_id: int, terms: Terms, *, who: str, reason: str) -> Thinning | None:
    """Remove what may go, some in each transaction. Returns the record; None if there was nothing.

    Killed at any moment it leaves whole revisions, and a record of those that are gone. Raises InvalidInput.
    """
    thinning = Thinning(event_id=event_id, who=who, reason=check_reason(reason), **terms._asdict())
    if removable(Event.objects.get(pk=event_id), terms):  # else the event need not be locked
        while _remove_batch(thinning, terms):
            pass
    return thinning if thinning.revisions else None


@transaction.atomic
def _remove_batch(thinning: Thinning, terms: Terms) -> bool:
    """Remove the oldest of what may go now. Returns whether there is more."""
    # No ranking is stored meanwhile, no state changes, nobody is told of one, nobody else thins.
    event = lock_event(thinning.event_id)
    found = removable(event, terms)
    if batch := found[:BATCH]:
        thinning.revisions += len(batch)
        thinning.octets += count_octets(batch)
        thinning.save()
        delete_rankings(batch)
        event.save(update_fields=["updated_at"])  # whoever holds a page of theirs is told that it is out of date
    return len(found) > BATCH


def _provisional_until(event: Event, before: datetime) -> datetime | None:
    """The moment up to which no revision was ever official, `before` at the latest; None if it is not known.

    The newest one before may have been: it stays, too (see superfluous).
    """
    moments = event.transitions.filter(Q(from_state__in=OFFICIAL) | Q(to_state__in=OFFICIAL))
    first: datetime | None = moments.aggregate(first=Min("at"))["first"]
    if first is None:
        return None if event.state in OFFICIAL else before
    return min(before, first - CLOCKS_APART)


def _referred(event: Event) -> set[int]:
    """Those of an event's rankings that a row of any app refers to, but for their own pages."""
    found: set[int] = set()
    for relation in Ranking._meta.get_fields(include_hidden=True):
        if isinstance(relation, ForeignObjectRel) and relation.related_model is not RankingPage:
            name = relation.field.name
            rows = relation.related_model._base_manager.filter(**{f"{name}__event": event})
            found.update(rows.values_list(name, flat=True))
    return found
