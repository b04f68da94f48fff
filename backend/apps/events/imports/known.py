"""What the event already has of the entries that a chunk of rows names: few statements, however many rows."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models.functions import Coalesce

from apps.events.imports.bulk import any_of
from apps.events.models import Entry, Event, Participant, Score


@dataclass(frozen=True, slots=True)
class KnownEntry:
    """An entry of the event."""

    pk: int
    participant_id: int
    name: str
    external_id: str
    division_set_id: int
    standing: int
    status: int
    merged_into: int | None  # the participant that this one turned out to be


@dataclass(frozen=True, slots=True)
class KnownScore:
    """A current score."""

    pk: int
    outcome: int
    value: int
    achieved_at: datetime
    external_id: str


@dataclass(frozen=True, slots=True)
class KnownParticipant:
    """A participant of the event's owner."""

    pk: int
    name: str


def load_entries(event: Event, bibs: Collection[str]) -> dict[str, KnownEntry]:
    """The event's entries with these bibs, by bib."""
    rows: Iterable[tuple[Any, ...]] = Entry.objects.filter(any_of("bib", bibs), event=event).values_list(
        "bib",
        "pk",
        "participant_id",
        "participant__name",
        "participant__external_id",
        "division_set_id",
        "standing",
        "status",
        "participant__merged_into",
    )
    return {bib: KnownEntry(*values) for bib, *values in rows}


def load_scores(entry_ids: Collection[int], attempts: Collection[int]) -> dict[tuple[int, int, int], KnownScore]:
    """The current scores of these entries in these attempts, by entry, component and attempt."""
    if not entry_ids:
        return {}
    rows: Iterable[tuple[Any, ...]] = Score.objects.filter(
        any_of("entry", entry_ids), attempt__in=attempts, is_current=True
    ).values_list("entry_id", "component", "attempt", "pk", "outcome", "value", "achieved_at", "external_id")
    return {(entry_id, component, attempt): KnownScore(*known) for entry_id, component, attempt, *known in rows}


def load_participants(event: Event, external_ids: Collection[str]) -> dict[str, KnownParticipant]:
    """The owner's participants with these external ids, by that id; for one that was merged, the one it is now."""
    if not external_ids:
        return {}
    rows: Iterable[tuple[Any, ...]] = Participant.objects.filter(
        any_of("external_id", external_ids), owner=event.owner_id
    ).values_list("external_id", Coalesce("merged_into", "pk"), Coalesce("merged_into__name", "name"))
    return {external_id: KnownParticipant(*values) for external_id, *values in rows}


def load_bibs(event: Event, participants: Collection[KnownParticipant]) -> dict[int, str]:
    """The bibs under which these participants are entered in the event, by the participant's id."""
    if not participants:
        return {}
    ids = [participant.pk for participant in participants]
    return dict(Entry.objects.filter(any_of("participant", ids), event=event).values_list("participant_id", "bib"))
