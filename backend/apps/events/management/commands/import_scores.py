"""manage.py import_scores EVENT FILE: takes a CSV file of scores in, in this process."""

import json
import shutil
import sys
import tempfile
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from apps.errors import Refused
from apps.events.imports.report import describe, is_clean, report
from apps.events.models import Event, ImportBatch
from apps.events.services import import_scores, submit_import


class Command(BaseCommand):
    help = (
        "Import scores from a CSV file in UTF-8 whose first line names the columns. "
        "Prints a report; ends with 1 if a row was rejected or the file refused."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("event", metavar="EVENT", help="slug of the event")
        parser.add_argument("file", metavar="FILE", help="path of the file, - for standard input")
        parser.add_argument(
            "--map",
            default="",
            metavar="TARGET=COLUMN,...",
            help="what is read from which column: bib, score, name, division (any number of them, division:DIMENSION "
            "where it is not to be named like the column), status (finished, DNF, DNS, DSQ), component, attempt, "
            "outcome (valid, rejected, pending), achieved_at, participant. Without it: the columns of these names",
        )
        parser.add_argument("--unit", default="", help="of plain numbers: ms, s, min, h; mm, cm, m, km")
        parser.add_argument(
            "--mode",
            default=ImportBatch.Mode.UPSERT.value,
            choices=ImportBatch.Mode.values,
            help="upsert: entries that the file does not name stay; replace: they are withdrawn",
        )
        parser.add_argument(
            "--delimiter", default="", help="comma, semicolon, tab or |; by default as the header has it"
        )
        parser.add_argument("--dry-run", action="store_true", help="report what would happen, store nothing")
        parser.add_argument("--json", action="store_true", help="print the report as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        event = Event.objects.filter(slug=options["event"]).first()
        if event is None:
            raise CommandError(f"there is no event {options['event']!r}")
        try:
            with _opened(options["file"]) as content:
                batch = _submit(event, content, options)
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        with _progress_bar(batch) as bar:
            import_scores(batch.pk, progress=bar.show)
        batch.refresh_from_db()
        self._print(batch, as_json=options["json"])
        if not is_clean(batch):
            sys.exit(1)

    def _print(self, batch: ImportBatch, *, as_json: bool) -> None:
        if as_json:
            self.stdout.write(json.dumps(report(batch), indent=2))
            return
        for line in describe(batch):
            self.stdout.write(line)


def _submit(event: Event, content: BinaryIO, options: dict[str, Any]) -> ImportBatch:
    return submit_import(
        event.pk,
        content=content,
        by=None,
        columns=options["map"],
        unit=options["unit"],
        mode=options["mode"],
        delimiter=options["delimiter"],
        dry_run=options["dry_run"],
        file_name=Path(options["file"]).name,
    )


@contextmanager
def _opened(path: str) -> Iterator[BinaryIO]:
    if path != "-":
        try:
            with Path(path).open("rb") as file:
                yield file
        except OSError as error:
            raise CommandError(f"{path}: {error.strerror}") from error
        return
    # A pipe may be slow; the transaction that stores the file must not be.
    with tempfile.TemporaryFile() as spool:
        shutil.copyfileobj(sys.stdin.buffer, spool)
        spool.seek(0)
        yield spool


class _ProgressBar:
    """How much of the file has been read. A replacing file is read twice."""

    def __init__(self, bar: "tqdm[Any]") -> None:
        self._bar = bar

    def show(self, batch: ImportBatch) -> None:
        self._bar.set_description(batch.get_state_display(), refresh=False)
        self._bar.set_postfix(rows=batch.received, rejected=batch.rejected, refresh=False)
        self._bar.update(batch.bytes_read - self._bar.n)


@contextmanager
def _progress_bar(batch: ImportBatch) -> Iterator[_ProgressBar]:
    # disable=None: only on a terminal.
    with tqdm(total=batch.file_size, unit="B", unit_scale=True, disable=None) as bar:
        yield _ProgressBar(bar)
