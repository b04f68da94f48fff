"""Which line of a file named which entry: finds the rows that contradict an earlier one."""

import hashlib
from collections.abc import Collection, Sequence

from django.db.models import Min

from apps.events.imports.bulk import any_of, insert_rows
from apps.events.imports.rows import Row
from apps.events.models import ImportBatch, ImportRow


class Marks:
    """What the lines before a chunk have named, from the database, and its own as they are added."""

    def __init__(self, batch: ImportBatch, rows: Sequence[Row], *, lines_before: int) -> None:
        self._added: list[dict[str, object]] = []
        self._batch = batch
        self._before = ImportRow.objects.filter(batch=batch, line__lte=lines_before)
        bibs = {row.bib for row in rows}
        # bib -> (line, digest) of the first row that named it
        self._first: dict[str, tuple[int, str]] = {
            bib: (line, digest)
            for bib, line, digest in self._before.filter(any_of("bib", bibs))
            .values_list("bib")
            .annotate(Min("line"), Min("details_digest"))
            .order_by()
        }
        # (bib, component, attempt) -> line
        self._lines = self._load_lines(self._first, {row.attempt for row in rows})
        # external id -> (bib, line)
        self._participants = self._load_participants({row.participant for row in rows if row.participant})

    def _load_lines(self, bibs: Collection[str], attempts: Collection[int]) -> dict[tuple[str, int, int], int]:
        if not bibs:
            return {}
        marks = self._before.filter(any_of("bib", bibs), attempt__in=attempts).values_list(
            "bib", "component", "attempt", "line"
        )
        return {(bib, component, attempt): line for bib, component, attempt, line in marks}

    def _load_participants(self, external_ids: Collection[str]) -> dict[str, tuple[str, int]]:
        if not external_ids:
            return {}
        marks = self._before.exclude(participant="").filter(any_of("participant", external_ids))
        return {name: (bib, line) for name, bib, line in marks.values_list("participant", "bib", "line")}

    def is_first(self, row: Row) -> bool:
        """Whether no earlier row has named this bib."""
        return row.bib not in self._first

    def objection(self, row: Row) -> tuple[str, str] | None:
        """What contradicts an earlier row: the column's target and the reason."""
        if (line := self._lines.get((row.bib, row.component, row.attempt))) is not None:
            attempt = f", attempt {row.attempt}," if row.attempt != 1 else ""
            component = " with this component" if row.component else ""
            return "bib", f"bib {row.bib}{attempt}{component} is in line {line} already"
        if not self.is_first(row):
            line, digest = self._first[row.bib]
            if digest != details_digest(row):
                return "bib", f"line {line} has another name, division, status or participant for bib {row.bib}"
        elif row.participant in self._participants:
            bib, line = self._participants[row.participant]
            return "participant", f"line {line} has this participant with bib {bib}"
        return None

    def add(self, row: Row) -> None:
        """Mark a row that is taken."""
        digest = details_digest(row)
        self._first.setdefault(row.bib, (row.line, digest))
        self._lines[row.bib, row.component, row.attempt] = row.line
        if row.participant:
            self._participants.setdefault(row.participant, (row.bib, row.line))
        self._added.append(
            {
                "batch": self._batch.pk,
                "bib": row.bib,
                "component": row.component,
                "attempt": row.attempt,
                "line": row.line,
                "participant": row.participant,
                "details_digest": digest,
            }
        )

    def store(self) -> None:
        """Write down what was added."""
        insert_rows(ImportRow, self._added)


def details_digest(row: Row) -> str:
    """A short hash of what a row says of its entry. All rows of an entry must say the same."""
    details = (row.name, sorted(row.divisions.items()), row.status, row.participant)
    return hashlib.blake2b(repr(details).encode(), digest_size=8).hexdigest()
