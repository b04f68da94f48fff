"""When results are told: at each publishing to everybody, at each correction to those whose rank it changed.

Whoever asks, and in whatever order, what is told follows from the event alone, under its lock: which publishing holds,
whether that was told, and which ranking was told last.
"""

from typing import Any, TypeGuard

from apps.events.models import Event, EventTransition, Ranking
from apps.events.states import OFFICIAL
from apps.notifications.fan_out import announce
from apps.notifications.models import Announcement

Kind = Announcement.Kind


def announce_publication(event: Event, asked_for: Ranking) -> dict[str, Any]:
    """Tell everybody of the publishing that holds, unless that was done. The caller has locked the event."""
    current = event.public_ranking
    if event.state not in OFFICIAL or current is None:
        return {"told": 0, "skipped": f"the event is {event.state}"}
    publication = _publication(event)
    last = _last_told(event)
    if _tells(last, publication) and not (last.ranking_id == asked_for.pk == current.pk):
        return {"told": 0, "skipped": "a newer revision holds"}
    return {"told": announce(_published(event, current, publication))}


def announce_correction(event: Event) -> dict[str, Any]:
    """Tell those whose rank is another one than the last that was told. The caller has locked the event.

    If the publishing itself was not told yet, that is done instead.
    """
    current = event.public_ranking
    if event.state not in OFFICIAL or current is None:
        return {"told": 0, "skipped": f"the event is {event.state}"}
    publication = _publication(event)
    last = _last_told(event)
    if not _tells(last, publication):
        return {"told": announce(_published(event, current, publication))}
    if last.ranking_id == current.pk:
        return {"told": 0, "skipped": "it was told already"}
    corrected = Announcement.objects.create(
        kind=Kind.RESULTS_CORRECTED,
        key=f"ranking:{current.pk}",
        event=event,
        ranking=current,
        ranking_before=last.ranking,
        details={"publication": publication},
    )
    return {"told": announce(corrected)}


def _tells(last: Announcement | None, publication: int) -> TypeGuard[Announcement]:
    """Whether that publishing was told already."""
    return last is not None and last.details.get("publication") == publication


def _published(event: Event, current: Ranking, publication: int) -> Announcement:
    """A ranking that is published anew without a change was told: nobody is told twice of it."""
    announcement, _is_new = Announcement.objects.get_or_create(
        kind=Kind.RESULTS_PUBLISHED, key=f"ranking:{current.pk}", defaults={"event": event, "ranking": current}
    )
    announcement.details = {**announcement.details, "publication": publication}
    announcement.save(update_fields=["details"])
    return announcement


def _publication(event: Event) -> int:
    """The id of the transition by which the event's results became official last; 0 if there is none on record."""
    published = EventTransition.objects.filter(event=event, to_state=Event.State.PUBLISHED)
    return published.order_by("-pk").values_list("pk", flat=True).first() or 0


def _last_told(event: Event) -> Announcement | None:
    """A revision never becomes current again after a newer one, so the newest announcement is of the newest."""
    kinds = (Kind.RESULTS_PUBLISHED, Kind.RESULTS_CORRECTED)
    return Announcement.objects.filter(event=event, kind__in=kinds).select_related("ranking").order_by("-pk").first()
