"""Importing texts as files, and what an event has afterwards."""

import io
from typing import Any, Unpack

from apps.events.imports.report import report
from apps.events.imports.submission import ImportOptions
from apps.events.models import Entry, Event, ImportBatch, Score
from apps.events.services import import_scores, submit_import

COUNTERS = ("received", "accepted", "updated", "unchanged", "rejected", "withdrawn")


def submit(event: Event, content: str | bytes, **options: Unpack[ImportOptions]) -> ImportBatch:
    """A batch that waits. Plain numbers are seconds unless told otherwise."""
    data = content.encode() if isinstance(content, str) else content
    options.setdefault("unit", "s")
    return submit_import(event.pk, content=io.BytesIO(data), by=None, **options)


def import_file(event: Event, content: str | bytes, **options: Unpack[ImportOptions]) -> ImportBatch:
    """A batch that is over."""
    batch = submit(event, content, **options)
    import_scores(batch.pk)
    batch.refresh_from_db()
    assert batch.received == batch.accepted + batch.updated + batch.unchanged + batch.rejected
    return batch


def counts(batch: ImportBatch) -> dict[str, int]:
    """The counters that are not zero."""
    return {counter: getattr(batch, counter) for counter in COUNTERS if getattr(batch, counter)}


def told(batch: ImportBatch) -> dict[str, Any]:
    """What a batch reports, without which batch it is."""
    document = report(batch)
    for name in ("import_id", "dry_run"):
        del document[name]
    return document


def wrong_rows(batch: ImportBatch) -> list[tuple[int, str, str, str]]:
    """Line, column, value and reason of each rejected row."""
    return list(batch.rejections.values_list("line", "column", "value", "reason"))


def entries(event: Event) -> dict[str, dict[str, Any]]:
    """Everything about the event's entries, by bib, without ids and moments of writing."""
    rows = Entry.objects.filter(event=event).select_related("participant", "division_set")
    return {
        entry.bib: {
            "name": entry.participant.name,
            "participant": entry.participant.external_id,
            "divisions": entry.division_set.values,
            "standing": Entry.Standing(entry.standing).name,
            "status": Entry.Status(entry.status).name,
            "reason": entry.status_reason,
        }
        for entry in rows
    }


def scores(event: Event) -> list[tuple[str, int, int, bool, int | None]]:
    """Bib, attempt, value, whether it is current, and the value that it supersedes, of every score."""
    rows = Score.objects.filter(event=event).order_by("entry__bib", "attempt", "pk")
    return list(rows.values_list("entry__bib", "attempt", "value", "is_current", "supersedes__value"))


def current(event: Event) -> dict[str, int]:
    """The current scores of first attempts, by bib."""
    rows = Score.objects.filter(event=event, attempt=1, is_current=True)
    return dict(rows.values_list("entry__bib", "value"))
