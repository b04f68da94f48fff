"""Takes a file in, chunk after chunk. Each chunk is one transaction that also moves the batch's position on, so an
import that was killed goes on where it was, and several runs of one batch at once share its chunks.

A file that updates is read once. One that replaces is first checked as a whole, then read again and stored; a dry run
is only checked.
"""

from collections.abc import Callable

from django.db import reset_queries, transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from apps.errors import InvalidInput, WrongState
from apps.events.changes import LONGEST_WAIT, enqueue_ranking, lock_event, note_change
from apps.events.imports.bulk import analyze, favour_indexes
from apps.events.imports.division_sets import DivisionSets
from apps.events.imports.file import Chunk, ImportFile
from apps.events.imports.lines import Position
from apps.events.imports.plan import plan_chunk
from apps.events.imports.store import store_plan
from apps.events.models import Entry, Event, ImportBatch, ImportPart, ImportRejection, ImportRow, Participant
from apps.events.rules import parse_rules
from apps.events.states import require_state
from delivery.outbox import enqueue

State = ImportBatch.State
OVER = frozenset({State.DONE, State.REFUSED, State.STOPPED})
MOST_REJECTIONS = 10_000  # that are stored; all are counted
FIRST_ANALYZE_ROWS = 5_000

Progress = Callable[[ImportBatch], None]


def require_importable(event: Event, *, dry_run: bool) -> None:
    """Raise WrongState unless the event takes imports in now."""
    states = (Event.State.DRAFT, Event.State.OPEN) if dry_run else (Event.State.OPEN,)
    require_state(event, *states, doing="a dry run of an import" if dry_run else "an import")


def run_import(batch_id: int, progress: Progress | None = None) -> ImportBatch:
    """Take the batch's file in, or what is left of it. Calls `progress` after each chunk."""
    batch = ImportBatch.objects.select_related("event").get(pk=batch_id)
    if batch.state in OVER:
        return batch
    try:
        file = ImportFile(batch, parse_rules(batch.event.rules))
    except InvalidInput as refusal:
        return _refuse_file(batch, refusal.reason)
    file.seek(Position(batch.bytes_read, batch.lines_read))
    sets = DivisionSets()
    analyze_at = FIRST_ANALYZE_ROWS
    while batch.state not in OVER:
        batch = _advance(batch, file, sets)
        if batch.received >= analyze_at:
            analyze(Entry, Participant, ImportRow)
            analyze_at = 2 * batch.received
        # With DEBUG on, Django keeps every statement: of a large file more than fits into memory.
        reset_queries()
        if progress is not None:
            progress(batch)
    return batch


@transaction.atomic
def _refuse_file(batch: ImportBatch, reason: str) -> ImportBatch:
    _, batch = _lock(batch)
    if batch.state not in OVER:
        _end(batch, State.REFUSED, reason)
        batch.save()
    return batch


def _advance(batch: ImportBatch, file: ImportFile, sets: DivisionSets) -> ImportBatch:
    """Take in the next chunk, unless another run did so first: then go to where that one is."""
    chunk = file.read_chunk()
    with transaction.atomic():
        event, batch = _lock(batch)
        if batch.state in OVER:
            return batch
        position = Position(batch.bytes_read, batch.lines_read)
        if file.at(position) == chunk.start:
            favour_indexes()
            _take(event, batch, file, chunk, sets)
            batch.save()
            position = Position(batch.bytes_read, batch.lines_read)
    if file.at(position) != chunk.end:
        file.seek(position)
    return batch


def _lock(batch: ImportBatch) -> tuple[Event, ImportBatch]:
    # Always in this order, so that two runs never wait for each other.
    event = lock_event(batch.event_id)
    return event, ImportBatch.objects.select_for_update().get(pk=batch.pk)


def _take(event: Event, batch: ImportBatch, file: ImportFile, chunk: Chunk, sets: DivisionSets) -> None:
    try:
        require_importable(event, dry_run=batch.dry_run)
    except WrongState as refusal:
        is_stored = batch.state == State.RUNNING and bool(batch.accepted or batch.updated)
        _end(batch, State.STOPPED if is_stored else State.REFUSED, refusal.reason)
        return
    if batch.state == State.WAITING:
        batch.state = State.CHECKING if batch.dry_run or batch.mode == ImportBatch.Mode.REPLACE else State.RUNNING
    _take_rows(event, batch, file, chunk, sets)
    batch.bytes_read, batch.lines_read = chunk.end.offset, chunk.end.lines
    if chunk.is_last:
        _end_pass(event, batch)


def _take_rows(event: Event, batch: ImportBatch, file: ImportFile, chunk: Chunk, sets: DivisionSets) -> None:
    plan = plan_chunk(event, batch, chunk, file.rows, sets)
    if batch.state == State.RUNNING and (plan.accepted or plan.updated):
        store_plan(event, batch, plan, sets)
        # Not sooner: rankings of half a file help nobody. The end of the import asks for one at once.
        note_change(event, shows_at_once=plan.shows_at_once, wait=LONGEST_WAIT)
    if batch.state == State.CHECKING or batch.mode == ImportBatch.Mode.UPSERT:
        # The second reading of a file finds the marks of the first.
        plan.marks.store()
    rejections = sorted(chunk.rejections + plan.rejections, key=lambda rejection: rejection.line)
    ImportRejection.objects.bulk_create(
        ImportRejection(batch=batch, line=one.line, column=one.column, value=one.value, reason=one.reason)
        for one in rejections[: max(0, MOST_REJECTIONS - batch.rejected)]
    )
    batch.received += len(chunk.rows) + len(chunk.rejections)
    batch.accepted += plan.accepted
    batch.updated += plan.updated
    batch.unchanged += plan.unchanged
    batch.rejected += len(rejections)


def _end_pass(event: Event, batch: ImportBatch) -> None:
    replaces = batch.mode == ImportBatch.Mode.REPLACE
    if batch.state == State.CHECKING and replaces and (reason := _why_not_replace(batch)):
        _end(batch, State.REFUSED, reason)
        return
    if batch.state == State.CHECKING and not batch.dry_run:
        batch.state = State.RUNNING
        batch.bytes_read = batch.lines_read = 0
        batch.received = batch.accepted = batch.updated = batch.unchanged = 0
        return
    if replaces:
        _withdraw(event, batch)
    if batch.state == State.RUNNING and (batch.accepted or batch.updated or batch.withdrawn):
        enqueue_ranking(event)
    _end(batch, State.DONE)


def _why_not_replace(batch: ImportBatch) -> str:
    if batch.rejected:
        return f"a replacing file is taken whole or not at all, and {batch.rejected} of its rows are wrong"
    if not batch.received:
        return "a replacing file without rows would withdraw everyone"
    return ""


def _withdraw(event: Event, batch: ImportBatch) -> None:
    """Withdraw who competes and is not in the file; a dry run only counts."""
    named = ImportRow.objects.filter(batch=batch, bib=OuterRef("bib"))
    absent = Entry.objects.filter(~Exists(named), event=event, standing=Entry.Standing.COMPETING)
    if batch.dry_run:
        batch.withdrawn = absent.count()
        return
    batch.withdrawn = absent.update(standing=Entry.Standing.WITHDRAWN)
    if batch.withdrawn:
        note_change(event, wait=LONGEST_WAIT)


def _end(batch: ImportBatch, state: State, reason: str = "") -> None:
    batch.state, batch.refusal, batch.finished_at = state, reason, timezone.now()
    # What was kept to read the file, or to go on reading it, is of no more use.
    ImportPart.objects.filter(batch=batch).delete()
    ImportRow.objects.filter(batch=batch).delete()
    if batch.created_by_id is not None:
        enqueue("notifications.announce_import", {"batch_id": batch.pk})
