"""Takes an upload in: checks what was asked for, and keeps the file until it has been read."""

from typing import BinaryIO, TypedDict, Unpack

from django.contrib.auth.models import User

from apps.errors import InvalidInput
from apps.events.imports.column_map import check_dimensions, parse_column_map
from apps.events.imports.file import DELIMITERS
from apps.events.imports.parts import store_parts
from apps.events.imports.text import max_length, printable, shorten
from apps.events.models import Event, ImportBatch
from apps.events.rules import Rules, parse_rules
from apps.events.values import UNITS, parse_value

LONGEST_FILE_NAME = max_length(ImportBatch, "file_name")


class ImportOptions(TypedDict, total=False):
    """How a file is to be read."""

    columns: str  # TARGET=COLUMN,... as column_map reads it; empty: the columns named like the targets
    unit: str  # of plain durations and distances
    mode: str  # of ImportBatch.Mode; replace withdraws the entries that the file does not name
    delimiter: str  # one of DELIMITERS, or "tab"; empty: as the header has it
    dry_run: bool  # report what would happen, store nothing of it
    file_name: str  # where it came from, for people


def make_batch(event: Event, *, by: User | None, **options: Unpack[ImportOptions]) -> ImportBatch:
    """A batch without its file yet. Raises InvalidInput naming the option that is wrong."""
    rules = parse_rules(event.rules)
    columns = parse_column_map(options.get("columns", ""))
    check_dimensions(columns, rules)
    _check_unit(options.get("unit", ""), rules)
    mode = options.get("mode", ImportBatch.Mode.UPSERT)
    if mode not in ImportBatch.Mode:
        raise InvalidInput(f"there is no {mode!r}; there are {', '.join(ImportBatch.Mode)}", place="mode")
    return ImportBatch(
        event=event,
        mode=mode,
        dry_run=options.get("dry_run", False),
        file_name=shorten(printable(options.get("file_name", "")), LONGEST_FILE_NAME),
        file_size=0,
        columns=columns,
        unit=options.get("unit", ""),
        delimiter=_one_character(options.get("delimiter", "")),
        created_by=by,
    )


def _check_unit(unit: str, rules: Rules) -> None:
    """Raise InvalidInput for a unit that nothing has that the rules measure."""
    measures = rules.recorded_measures
    if unit and not any(unit in UNITS[measure.metric] for measure in measures):
        parse_value("0", measures[0], unit=unit)


def _one_character(delimiter: str) -> str:
    # No shell makes it easy to type a tab.
    delimiter = "\t" if delimiter in ("tab", "\\t") else delimiter
    if delimiter and delimiter not in DELIMITERS:
        raise InvalidInput(f"{delimiter!r} is none of: comma, semicolon, tab, |", place="delimiter")
    return delimiter


def store_batch(batch: ImportBatch, content: BinaryIO) -> None:
    """Store a batch with its file. Raises InvalidInput if the file is too large."""
    batch.save()
    store_parts(batch, content)
    batch.save(update_fields=["file_size", "file_sha256"])
