"""Changing entries: plain edits while an event is a draft, corrections with their line in the trail from then on."""

from collections.abc import Mapping
from typing import Any

from django.contrib.auth.models import User

from apps.errors import check_model
from apps.events.changes import note_change
from apps.events.corrections import CORRECTABLE, NewCorrection, check_reason, note_corrections
from apps.events.entries import apply_entry_changes
from apps.events.models import Correction, Entry, Event
from apps.events.states import require_state
from delivery.outbox import enqueue

Kind = Correction.Kind
# What of an entry each kind of correction changes.
FIELDS_OF_KIND = {
    Kind.STANDING: ("standing",),
    Kind.STATUS: ("status", "status_reason"),
    Kind.ADJUST: ("adjustment", "adjustment_reason"),
    Kind.DIVISIONS: ("divisions",),
    Kind.MANUAL_ORDER: ("manual_order",),
}
# The field that keeps the reason with the entry, where there is one.
REASON_FIELDS = {Kind.STATUS: "status_reason", Kind.ADJUST: "adjustment_reason"}


def correct_entry(event: Event, entry: Entry, changes: Mapping[str, Any], *, reason: str, by: User | None) -> None:
    """Change an entry of a locked event and save it. What says the same as before changes nothing.

    `reason` is for all of it. A status or an adjustment may come with a reason of its own instead, and takes `reason`
    for its own if it has none.
    """
    require_state(event, Event.State.DRAFT, *CORRECTABLE, doing="changing an entry")
    before, was_shown = describe_entry(entry), entry.standing in Entry.SHOWN
    told = _with_reasons(entry, changes, reason)
    apply_entry_changes(event, entry, told)
    check_model(entry)
    after = describe_entry(entry)
    kinds = [kind for kind, fields in FIELDS_OF_KIND.items() if any(before[name] != after[name] for name in fields)]
    if not kinds:
        return
    shows = was_shown or entry.standing in Entry.SHOWN
    if event.state == Event.State.DRAFT:  # nobody has seen a result yet
        entry.save()
        note_change(event, shows_at_once=shows)
        return
    corrections = [
        NewCorrection(
            kind=kind,
            entry=entry,
            before={name: before[name] for name in FIELDS_OF_KIND[kind]},
            after={name: after[name] for name in FIELDS_OF_KIND[kind]},
            reason=_reason(event, kind, reason or told.get(REASON_FIELDS.get(kind, ""), ""), before, after),
        )
        for kind in kinds
    ]
    entry.save()
    for line in note_corrections(event, corrections, by=by, shows_at_once=shows):
        if line.kind == Kind.STATUS and before["status"] != after["status"] and _has_reader(entry):
            enqueue("notifications.announce_status_change", {"correction_id": line.pk})


def _has_reader(entry: Entry) -> bool:
    """Whether there is an account that may be told. What happens to a hidden entry is not told, not even later."""
    return entry.standing in Entry.SHOWN and entry.participant.user_id is not None


def describe_entry(entry: Entry) -> dict[str, Any]:
    """What of an entry can be corrected, as the trail tells it."""
    return {
        "standing": Entry.Standing(entry.standing).label,
        "status": Entry.Status(entry.status).label,
        "status_reason": entry.status_reason,
        "adjustment": entry.adjustment,
        "adjustment_reason": entry.adjustment_reason,
        "divisions": entry.division_set.values,
        "manual_order": entry.manual_order,
    }


def _with_reasons(entry: Entry, changes: Mapping[str, Any], reason: str) -> dict[str, Any]:
    """The changes, with the reasons that an entry shows: no new status is told with the reason of the one before."""
    told = dict(changes)
    if told.get("status", entry.status) != entry.status and "status_reason" not in told:
        told["status_reason"] = "" if told["status"] == Entry.Status.FINISHED else reason
    if told.get("adjustment", entry.adjustment) != entry.adjustment and "adjustment_reason" not in told:
        told["adjustment_reason"] = reason if told["adjustment"] else ""
    return told


def _reason(event: Event, kind: Kind, reason: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    """The reason for the trail. Raises InvalidInput where one is needed and there is none."""
    is_disqualification = kind == Kind.STATUS and Entry.Status.DSQ.label in (before["status"], after["status"])
    is_needed = event.state == Event.State.PUBLISHED or kind == Kind.ADJUST or is_disqualification
    return check_reason(reason) if is_needed or reason.strip() else ""
