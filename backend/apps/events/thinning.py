"""Removing provisional revisions that nobody needs: which may go, and that they go whole.

What may go is what none of the rules keeps that docs/adr/0048-provisional-revisions-can-be-thinned.md gives. Nothing
here happens by itself.
"""

from collections.abc import Container, Sequence
from datetime import UTC, datetime, timedelta
from itertools import groupby, takewhile
from operator import itemgetter
from typing import NamedTuple

from django.db import transaction
from django.db.models import ForeignObjectRel, Q, Sum

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
    # Read before all else: what becomes official, or is told, from now on is the newest of these or comes later.
    rows = Ranking.objects.filter(event=event).order_by("variant", "revision")
    found = list(rows.values_list("variant", "pk", "computed_at", "reason"))
    before, referred = _provisional_until(event, terms.before), _referred(event)
    if before is None:
        return []
    terms = terms._replace(before=before)
    each = ([Revision(*row[1:]) for row in of_variant] for _variant, of_variant in groupby(found, itemgetter(0)))
    return sorted(pk for revisions in each for pk in superfluous(revisions, terms, referred))


def remove_superfluous(event_id: int, terms: Terms, *, who: str, reason: str) -> Thinning | None:
    """Remove what may go, some in each transaction. Returns the record; None if there was nothing.

    Killed at any moment it leaves whole revisions, and a record of those that are gone. Raises InvalidInput.
    """
    thinning = Thinning(event_id=event_id, who=who, reason=check_reason(reason), **terms._asdict())
    is_done = False
    while not is_done:
        by_others = _by_others(thinning)
        found = removable(Event.objects.get(pk=event_id), terms)
        batches = (found[start : start + BATCH] for start in range(0, len(found), BATCH))
        is_done = all(_remove_batch(thinning, batch, by_others) for batch in batches)
    return thinning if thinning.revisions else None


@transaction.atomic
def _remove_batch(thinning: Thinning, batch: list[int], by_others: int) -> bool:
    """Remove these, unless somebody else has removed any since they were found. Returns whether it was done.

    They may still go: what is current, official or told by now was either kept when they were found, or came later.
    Only another removal may have taken what stayed in their place.
    """
    event = lock_event(thinning.event_id)
    if _by_others(thinning) != by_others:
        return False
    thinning.revisions += len(batch)
    thinning.octets += count_octets(batch)
    thinning.save()
    delete_rankings(batch)
    event.save(update_fields=["updated_at"])  # whoever holds a page of theirs is told that it is out of date
    return True


def _by_others(thinning: Thinning) -> int:
    """How many of the event's revisions were removed by others than this one."""
    others = Thinning.objects.filter(event=thinning.event_id).exclude(pk=thinning.pk)
    removed: int | None = others.aggregate(removed=Sum("revisions"))["removed"]
    return removed or 0


def _provisional_until(event: Event, before: datetime) -> datetime | None:
    """The moment up to which no revision was ever official, `before` at the latest; None if it is not known.

    The newest one before may have been: it stays, too (see superfluous).
    """
    transitions = event.transitions.filter(Q(from_state__in=OFFICIAL) | Q(to_state__in=OFFICIAL)).order_by("pk")
    known = list(transitions.values_list("from_state", "at"))
    first_known_state = known[0][0] if known else event.state
    if first_known_state in OFFICIAL:
        return None  # and was so already, since whenever
    return min([before, *(at - CLOCKS_APART for _state, at in known)])


def _referred(event: Event) -> set[int]:
    """Those of an event's rankings that a row of any app refers to, but for their own pages."""
    found: set[int] = set()
    for relation in Ranking._meta.get_fields(include_hidden=True):
        if isinstance(relation, ForeignObjectRel) and relation.related_model is not RankingPage:
            name = relation.field.name
            rows = relation.related_model._base_manager.filter(**{f"{name}__event": event})
            found.update(rows.values_list(name, flat=True))
    return found
