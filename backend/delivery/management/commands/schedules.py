"""`manage.py schedules`: moves schedules as data."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from delivery.schedule_document import CannotRead, ScheduleDocument, read_documents
from delivery.schedule_store import Finding, compare, dump, load

DONE = {
    "missing": "created",
    "outdated": "updated",
    "changed": "left alone, an operator changed it",
    "gone": "left alone, no longer in the file",
}
FOUND = {
    "missing": "missing here",
    "outdated": "not up to date",
    "changed": "changed by an operator",
    "gone": "no longer in the file",
}


class Command(BaseCommand):
    help = (
        "Schedules as data, by name: `load` creates what is missing and updates what is still as it was loaded;"
        " what an operator made, changed or switched off stays as it is and is shown. `dump` writes all as JSON."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        loading = actions.add_parser("load", help="load a file, all of it or nothing")
        loading.add_argument("file", metavar="FILE", type=Path)
        loading.add_argument(
            "--check",
            action="store_true",
            help="change nothing; show the differences, and exit with 1 if there are any",
        )
        actions.add_parser("dump", help="write all schedules to standard output, as `load` reads them")

    def handle(self, *, action: str, **options: Any) -> None:
        if action == "dump":
            self.stdout.write(json.dumps({"schedules": dump()}, indent=2, ensure_ascii=False))
        elif options["check"]:
            self._check(_read(options["file"]))
        else:
            self._load(_read(options["file"]))

    def _check(self, documents: list[ScheduleDocument]) -> None:
        differing = [finding for finding in compare(documents) if finding.verdict != "same"]
        self._tell(differing, FOUND)
        if differing:
            raise CommandError(f"{len(differing)} schedules differ")

    def _load(self, documents: list[ScheduleDocument]) -> None:
        findings = load(documents)
        self._tell([finding for finding in findings if finding.verdict != "same"], DONE)
        self.stdout.write(f"{sum(finding.verdict == 'same' for finding in findings)} schedules were up to date")

    def _tell(self, findings: list[Finding], words: dict[str, str]) -> None:
        for finding in findings:
            self.stdout.write(f"{finding.name}: {words[finding.verdict]}")
            for difference in finding.differences:
                self.stdout.write(f"  {difference}")


def _read(file: Path) -> list[ScheduleDocument]:
    try:
        return read_documents(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"{file} cannot be read: {error}") from error
    except CannotRead as error:
        reasons = "\n".join(f"{file}: {line}" for line in str(error).splitlines())
        raise CommandError(f"nothing was loaded\n{reasons}") from error
