"""The reasons of an event's corrections, as standings tell them."""

from collections.abc import Iterable, Mapping
from operator import attrgetter
from typing import Any

from apps.events.models import Event, Ranking
from apps.events.revision_reasons import hidden_reasons, shown_reasons

Told = Mapping[int, list[tuple[int, list[str]]]]


def read_told(events: Iterable[Event]) -> Told:
    """What the public revisions of each event tell now, the oldest first: each revision with its reasons.

    They are read anew for every answer: once an entry is hidden, the reasons given for it alone are told no more.
    """
    by_event = {event.pk: event for event in events}
    public = Ranking.objects.filter(event__in=by_event, variant=Ranking.Variant.PUBLIC).exclude(reason="")
    rankings = sorted(public.only("event_id", "revision", "reason"), key=attrgetter("revision"))
    # Only an event that tells anything is asked what it hides.
    hidden = {event_id: hidden_reasons(by_event[event_id]) for event_id in {one.event_id for one in rankings}}
    told: dict[int, list[tuple[int, list[str]]]] = {}
    for one in rankings:
        told.setdefault(one.event_id, []).append((one.revision, shown_reasons(one, hidden[one.event_id])))
    return told


def reason_of(told: Told, cause: Mapping[str, Any]) -> str:
    """The reasons between the two revisions of an event that a cause names, each once."""
    since, upto = cause.get("since", 0), cause.get("upto", 0)
    between = (lines for revision, lines in told.get(cause["event"], []) if since < revision <= upto)
    return "; ".join(dict.fromkeys(line for lines in between for line in lines))
