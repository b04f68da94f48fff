"""What a chunk of rows would change. Nothing is written here, so a dry run reports what a real one does."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from apps.events.imports.division_sets import Divisions, DivisionSets
from apps.events.imports.file import Chunk
from apps.events.imports.known import (
    KnownEntry,
    KnownParticipant,
    KnownScore,
    load_bibs,
    load_entries,
    load_participants,
    load_scores,
)
from apps.events.imports.marks import Marks
from apps.events.imports.rows import Rejection, Row, RowReader
from apps.events.models import Entry, Event, ImportBatch

DSQ_REASON = "import"


@dataclass(frozen=True, slots=True)
class EntryChange:
    """What becomes of an entry that the event has. None: it stays."""

    entry: KnownEntry
    standing: Entry.Standing | None = None
    status: Entry.Status | None = None
    divisions: Divisions | None = None
    name: str | None = None


@dataclass(slots=True)
class Plan:
    """The changes that a chunk's rows make, and how many rows make which kind."""

    marks: Marks  # with those of the rows that are taken
    entries: Mapping[str, KnownEntry]  # by bib
    participants: Mapping[str, KnownParticipant]  # by external id
    new_entries: list[Row] = field(default_factory=list)
    entry_changes: list[EntryChange] = field(default_factory=list)
    # with their values and the scores that they supersede
    new_scores: list[tuple[Row, int, KnownScore | None]] = field(default_factory=list)
    rejections: list[Rejection] = field(default_factory=list)
    accepted: int = 0
    updated: int = 0
    unchanged: int = 0

    @property
    def shows_at_once(self) -> bool:
        """Whether a page may look different before the next ranking. Scores show with it, hidden entries never."""
        changed = (change.entry.standing for change in self.entry_changes)
        return bool(self.new_entries) or any(standing != Entry.Standing.HIDDEN for standing in changed)


def plan_chunk(event: Event, batch: ImportBatch, chunk: Chunk, reader: RowReader, sets: DivisionSets) -> Plan:
    """What the rows of a chunk change in a locked event."""
    planner = _Planner(event, batch, chunk, reader, sets)
    for row in chunk.rows:
        planner.take(row)
    return planner.plan


class _Planner:
    def __init__(self, event: Event, batch: ImportBatch, chunk: Chunk, reader: RowReader, sets: DivisionSets) -> None:
        rows = chunk.rows
        self._reader = reader
        self._marks = Marks(batch, rows, lines_before=chunk.start.lines)
        entries = load_entries(event, {row.bib for row in rows})
        participants = load_participants(event, {row.participant for row in rows if row.participant})
        self.plan = Plan(self._marks, entries, participants)
        self._scores = load_scores([entry.pk for entry in entries.values()], {row.attempt for row in rows})
        self._bibs = load_bibs(event, participants.values())
        self._divisions = sets.load({entry.division_set_id for entry in entries.values()})

    def take(self, row: Row) -> None:
        objection = self._marks.objection(row) or self._objection(row)
        if objection is not None:
            self.plan.rejections.append(self._reader.reject(row, *objection))
            return
        entry = self.plan.entries.get(row.bib)
        # What a row says of its entry was done by the first row that named it, maybe in an earlier chunk.
        is_first = self._marks.is_first(row)
        self._marks.add(row)
        is_new_entry = is_first and entry is None
        if is_new_entry:
            self.plan.new_entries.append(row)
            if (known := self.plan.participants.get(row.participant)) is not None:
                self._bibs[known.pk] = row.bib
        change = self._entry_change(entry, row) if is_first and entry is not None else None
        if change is not None:
            self.plan.entry_changes.append(change)
        self._count(self._score_kind(entry, row), is_new_entry=is_new_entry, is_changed=change is not None)

    def _objection(self, row: Row) -> tuple[str, str] | None:
        """What the event's entries have against a row: the column's target and the reason."""
        entry = self.plan.entries.get(row.bib)
        if entry is not None and entry.merged_into is not None and entry.standing == Entry.Standing.WITHDRAWN:
            return (
                "bib",
                f"bib {row.bib} was a second entry of its participant, withdrawn when the two were merged",
            )
        if not row.participant:
            return None
        participant = self.plan.participants.get(row.participant)
        if entry is not None:
            # The id may be that of a participant who was merged into the entry's.
            is_merged = participant is not None and participant.pk == entry.participant_id
            if entry.external_id != row.participant and not is_merged:
                return "participant", f"bib {row.bib} is entered for another participant"
            return None
        bib = None if participant is None else self._bibs.get(participant.pk)
        if bib not in (None, row.bib):
            return "participant", f"this participant is entered with bib {bib}"
        return None

    def _entry_change(self, entry: KnownEntry, row: Row) -> EntryChange | None:
        divisions = self._divisions[entry.division_set_id]
        is_moved = any(divisions.get(dimension, "") != value for dimension, value in row.divisions.items())
        change = EntryChange(
            entry=entry,
            standing=Entry.Standing.COMPETING if entry.standing == Entry.Standing.WITHDRAWN else None,
            status=row.status if row.status != entry.status else None,
            # Dimensions that the file does not have stay as they are.
            divisions={**divisions, **row.divisions} if is_moved else None,
            name=row.name if row.name and row.name != entry.name else None,
        )
        return None if change == EntryChange(entry=entry) else change

    def _score_kind(self, entry: KnownEntry | None, row: Row) -> str:
        """Whether a row's score is "new", "changed" or neither (""); what is to be written is noted."""
        if row.value is None:
            return ""
        current = None if entry is None else self._scores.get((entry.pk, row.component, row.attempt))
        if current is not None:
            same_moment = row.achieved_at is None or row.achieved_at == current.achieved_at
            if (current.outcome, current.value) == (row.outcome, row.value) and same_moment:
                return ""
        self.plan.new_scores.append((row, row.value, current))
        return "new" if current is None else "changed"

    def _count(self, score_kind: str, *, is_new_entry: bool, is_changed: bool) -> None:
        if is_new_entry or score_kind == "new":
            self.plan.accepted += 1
        elif is_changed or score_kind == "changed":
            self.plan.updated += 1
        else:
            self.plan.unchanged += 1
