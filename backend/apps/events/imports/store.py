"""Writes what a chunk of rows changes: a fixed number of statements for each kind of change."""

from collections import defaultdict
from collections.abc import Mapping

from django.utils import timezone

from apps.events.imports.bulk import allocate_ids, any_of, insert_rows
from apps.events.imports.division_sets import DivisionSets
from apps.events.imports.known import KnownParticipant, load_participants
from apps.events.imports.plan import DSQ_REASON, EntryChange, Plan
from apps.events.imports.rows import Row
from apps.events.models import Entry, Event, ImportBatch, Participant, Score


def store_plan(event: Event, batch: ImportBatch, plan: Plan, sets: DivisionSets) -> None:
    """Store the new and changed entries and scores of a plan. The event is locked."""
    names = {change.entry.participant_id: change.name for change in plan.entry_changes if change.name}
    entry_ids = {bib: entry.pk for bib, entry in plan.entries.items()}
    entry_ids |= _add_entries(event, plan, sets, names)
    _change_entries(event, plan.entry_changes, sets)
    _rename(names)
    _add_scores(event, batch, plan, entry_ids)


def _add_entries(event: Event, plan: Plan, sets: DivisionSets, names: dict[int, str]) -> dict[str, int]:
    """Store the new entries and their participants; ids by bib. Known participants' new names go into `names`."""
    rows = plan.new_entries
    if not rows:
        return {}
    participant_ids = _add_participants(event, rows) | _find_participants(event, plan, names)
    entry_ids = dict(zip((row.bib for row in rows), allocate_ids(Entry, len(rows)), strict=True))
    now = timezone.now()
    insert_rows(
        Entry,
        [
            {
                "id": entry_ids[row.bib],
                "event": event.pk,
                "participant": participant_ids[row.bib],
                "bib": row.bib,
                "division_set": sets.find(event, row.divisions),
                "standing": int(Entry.Standing.COMPETING),
                "status": int(row.status or Entry.Status.FINISHED),
                "status_reason": _status_reason(row.status),
                "adjustment": 0,
                "adjustment_reason": "",
                "created_at": now,
            }
            for row in rows
        ],
    )
    return entry_ids


def _add_participants(event: Event, new_entries: list[Row]) -> dict[str, int]:
    """Store the participants that have no external id; ids by bib."""
    rows = [row for row in new_entries if not row.participant]
    ids = allocate_ids(Participant, len(rows))
    insert_rows(
        Participant,
        [
            {"id": pk, "name": row.name or row.bib, "owner": event.owner_id, "external_id": ""}
            for pk, row in zip(ids, rows, strict=True)
        ],
    )
    return {row.bib: pk for pk, row in zip(ids, rows, strict=True)}


def _find_participants(event: Event, plan: Plan, names: dict[int, str]) -> dict[str, int]:
    """Ids of the participants that have an external id, by bib; those that are new are stored."""
    rows = [row for row in plan.new_entries if row.participant]
    known = _known_participants(event, plan)
    for row in rows:
        participant = known[row.participant]
        if row.name and row.name != participant.name:
            names[participant.pk] = row.name
    return {row.bib: known[row.participant].pk for row in rows}


def _known_participants(event: Event, plan: Plan) -> Mapping[str, KnownParticipant]:
    """The participants with external ids, those that are new stored first."""
    new = {
        row.participant: row for row in plan.new_entries if row.participant and row.participant not in plan.participants
    }
    if not new:
        return plan.participants
    # An import into another event of the same owner may store the same ones at this moment. The order keeps the two
    # from waiting for each other.
    Participant.objects.bulk_create(
        [
            Participant(
                name=new[external_id].name or new[external_id].bib, owner_id=event.owner_id, external_id=external_id
            )
            for external_id in sorted(new)
        ],
        ignore_conflicts=True,
    )
    return {**plan.participants, **load_participants(event, new.keys())}


def _status_reason(status: Entry.Status | None) -> str:
    return DSQ_REASON if status == Entry.Status.DSQ else ""


def _change_entries(event: Event, changes: list[EntryChange], sets: DivisionSets) -> None:
    # Entries that change alike are changed by one statement; there are few kinds of change in a file.
    alike: dict[tuple[tuple[str, object], ...], list[int]] = defaultdict(list)
    for change in changes:
        fields: dict[str, object] = {}
        if change.standing is not None:
            fields["standing"] = change.standing
        if change.status is not None:
            fields |= {"status": change.status, "status_reason": _status_reason(change.status)}
        if change.divisions is not None:
            fields["division_set"] = sets.find(event, change.divisions)
        if fields:
            alike[tuple(fields.items())].append(change.entry.pk)
    for key, ids in alike.items():
        Entry.objects.filter(any_of("pk", ids)).update(**dict(key))


def _rename(names: Mapping[int, str]) -> None:
    Participant.objects.bulk_update([Participant(pk=pk, name=names[pk]) for pk in sorted(names)], ["name"])


def _add_scores(event: Event, batch: ImportBatch, plan: Plan, entry_ids: Mapping[str, int]) -> None:
    superseded = [old.pk for *_, old in plan.new_scores if old is not None]
    if superseded:
        # Before the new ones are written: an attempt has one current score at any time.
        Score.objects.filter(any_of("pk", superseded)).update(is_current=False)
    now = timezone.now()
    insert_rows(
        Score,
        [
            {
                "event": event.pk,
                "entry": entry_ids[row.bib],
                "component": row.component,
                "attempt": row.attempt,
                "outcome": int(row.outcome),
                "external_id": old.external_id if old else "",
                "value": value,
                # Not the present moment: an import that was killed and goes on stores the same as an undisturbed one.
                "achieved_at": row.achieved_at or batch.created_at,
                "recorded_at": now,
                "recorded_by": batch.created_by_id,
                "idempotency_key": "",
                "request_digest": "",
                "is_current": True,
                "supersedes": old.pk if old else None,
                "void_reason": "",
            }
            for row, value, old in plan.new_scores
        ],
    )
