"""What standings say in words, for pages, commands and the API alike."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.events.access import Visitor, visible_events
from apps.events.models import Entry, Event, Participant
from apps.rankings.causes import Cause, Document
from apps.rankings.correction_reasons import Told, read_told, reason_of
from apps.rankings.line_views import RulingView, TieBreak
from apps.rankings.models import Ruling, Season, Standings
from apps.rankings.points import format_points
from apps.rankings.readers import read_names
from apps.rankings.tie_breaks import BrokenBy


@dataclass(frozen=True, slots=True)
class CauseView:
    """A cause with its event or participant by name."""

    cause: str
    event: Event | None
    participant: str
    reason: str
    text: str


def tie_text(tie: TieBreak) -> str:
    """What broke a tie."""
    match tie.by:
        case BrokenBy.COUNTBACK:
            return _("countback, place %(place)s") % {"place": tie.place}
        case BrokenBy.MOST_EVENTS:
            return _("number of events")
        case BrokenBy.LATEST_COMMON:
            return _("latest common event, %(event)s") % {"event": tie.event}
        case BrokenBy.NOTHING:
            return ""


def ruling_text(ruling: RulingView) -> str:
    """A ruling with its reason."""
    if ruling.kind == Ruling.Kind.EXCLUSION:
        return _("excluded: %(reason)s") % {"reason": ruling.reason}
    return _("%(points)s points: %(reason)s") % {"points": _signed(ruling.points), "reason": ruling.reason}


def _signed(points: str) -> str:
    return points if points.startswith("-") else f"+{points}"


def read_causes(season: Season, user: Visitor, revisions: Sequence[Standings]) -> list[list[CauseView]]:
    """Of each revision what led to it, as far as the visitor may see the events and participants concerned."""
    documents = [one for standings in revisions for one in standings.causes]
    wanted = {one["event"] for one in documents if "event" in one}
    # What is in the season is named there; a private event only to who may see it.
    events = visible_events(user).filter(pk__in=wanted).in_bulk()
    names = _shown_names(season, {one["participant"] for one in documents if "participant" in one})
    told = read_told(events[one["event"]] for one in documents if _tells(one) and one["event"] in events)
    return [[view for one in each.causes if (view := _view(one, events, names, told))] for each in revisions]


def _tells(document: Document) -> bool:
    return bool(document["cause"] == Cause.EVENT_CORRECTED)


def _shown_names(season: Season, participants: set[int]) -> dict[int, str]:
    """The names of those who are shown in an event of the season."""
    people = dict(Participant.objects.filter(pk__in=participants).values_list("pk", "merged_into"))
    current = {one: kept or one for one, kept in people.items()}
    entries = Entry.objects.filter(standing__in=Entry.SHOWN, event__season_events__season=season)
    shown = set(entries.filter(participant__in=current.values()).values_list("participant", flat=True))
    return read_names(one for one, kept in current.items() if kept in shown)


def _view(document: Document, events: dict[int, Event], names: dict[int, str], told: Told) -> CauseView | None:
    cause = Cause(document["cause"])
    event = events.get(document.get("event", 0))
    name = names.get(document.get("participant", 0), "")
    if ("event" in document and event is None) or ("participant" in document and not name):
        return None
    reason = reason_of(told, document) if _tells(document) else document.get("reason", "")
    return CauseView(cause.value, event, name, reason, _text(cause, document, event, name, reason))


def _text(cause: Cause, document: Document, event: Event | None, name: str, reason: str) -> str:
    match cause:
        case Cause.RULING | Cause.REVOKED:
            ruling = ruling_text(RulingView(document["kind"], format_points(document["points"]), reason))
            template = "%(name)s, %(ruling)s" if cause is Cause.RULING else _("%(name)s, revoked, %(ruling)s")
            return template % {"name": name, "ruling": ruling}
        case Cause.EVENT_CORRECTED if reason:
            return _("%(event)s was corrected: %(reason)s") % {"event": event, "reason": reason}
    return str(_TEXTS[cause]) % {"event": event}


_TEXTS = {
    Cause.EVENT_ADDED: gettext_lazy("%(event)s counts"),
    Cause.EVENT_REMOVED: gettext_lazy("%(event)s counts no longer"),
    Cause.EVENT_CORRECTED: gettext_lazy("%(event)s was corrected"),
    Cause.TERMS: gettext_lazy("%(event)s counts on other terms"),
    Cause.ORDER: gettext_lazy("the order of the events has changed"),
    Cause.RULES: gettext_lazy("the rules have changed"),
}
