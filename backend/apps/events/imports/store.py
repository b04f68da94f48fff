"""Writes what a chunk of rows changes: a fixed number of statements for each kind of change."""

from collections import defaultdict
from collections.abc import Mapping

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
    known = _known_participants(event, plan)
    unknown = [row for row in plan.new_entries if not row.participant]
    created = Participant.objects.bulk_create(_participant(event, row) for row in unknown)
    participant_ids = {row.bib: participant.pk for row, participant in zip(unknown, created, strict=True)}
    for row in plan.new_entries:
        if row.participant:
            participant = known[row.participant]
            participant_ids[row.bib] = participant.pk
            if row.name and row.name != participant.name:
                names[participant.pk] = row.name
    entries = Entry.objects.bulk_create(
        Entry(
            event=event,
            participant_id=participant_ids[row.bib],
            bib=row.bib,
            division_set_id=sets.find(event, row.divisions),
            status=row.status or Entry.Status.FINISHED,
            status_reason=_status_reason(row.status),
        )
        for row in plan.new_entries
    )
    return {entry.bib: entry.pk for entry in entries}


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
        [_participant(event, new[external_id]) for external_id in sorted(new)], ignore_conflicts=True
    )
    return {**plan.participants, **load_participants(event, new.keys())}


def _participant(event: Event, row: Row) -> Participant:
    return Participant(name=row.name or row.bib, owner_id=event.owner_id, external_id=row.participant)


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
        Entry.objects.filter(pk__in=ids).update(**dict(key))


def _rename(names: Mapping[int, str]) -> None:
    Participant.objects.bulk_update([Participant(pk=pk, name=names[pk]) for pk in sorted(names)], ["name"])


def _add_scores(event: Event, batch: ImportBatch, plan: Plan, entry_ids: Mapping[str, int]) -> None:
    superseded = [old.pk for *_, old in plan.new_scores if old is not None]
    if superseded:
        # Before the new ones are written: an attempt has one current score at any time.
        Score.objects.filter(pk__in=superseded).update(is_current=False)
    Score.objects.bulk_create(
        Score(
            event=event,
            entry_id=entry_ids[row.bib],
            attempt=row.attempt,
            value=value,
            # Not the present moment: an import that was killed and goes on stores the same as an undisturbed one.
            achieved_at=row.achieved_at or batch.created_at,
            recorded_by_id=batch.created_by_id,
            supersedes_id=old.pk if old else None,
        )
        for row, value, old in plan.new_scores
    )
