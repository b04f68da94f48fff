"""An uploaded file as chunks of checked rows, from any position on."""

from dataclasses import dataclass, field

from apps.errors import InvalidInput
from apps.events.imports.column_map import TARGETS, check_dimensions, find_columns
from apps.events.imports.lines import BrokenRecord, Lines, Position, Record, Records
from apps.events.imports.parts import read_parts
from apps.events.imports.rows import Rejection, Row, RowReader
from apps.events.imports.text import check_cell
from apps.events.models import ImportBatch
from apps.events.rules import Rules

DELIMITERS = (",", ";", "\t", "|")
_BOM = b"\xef\xbb\xbf"
# A chunk is stored in one transaction: large enough that its few statements are cheap, small enough that nobody who
# waits for the event's lock notices.
CHUNK_ROWS = 1000
CHUNK_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some of a file's rows, in their order."""

    start: Position
    end: Position
    rows: list[Row] = field(default_factory=list)
    rejections: list[Rejection] = field(default_factory=list)
    is_last: bool = False


class ImportFile:
    """The file of a batch. Raises InvalidInput, when made, if its header is not what the batch's columns need."""

    def __init__(self, batch: ImportBatch, rules: Rules) -> None:
        self._batch = batch
        self._delimiter = batch.delimiter or self._find_delimiter()
        records = self._open(Position(0, 0))
        line, header = _read_header(records)
        layout = find_columns(batch.columns, header, line=line)
        check_dimensions(layout.places, rules)
        self._first_row = records.position
        self._records = records
        self.rows = RowReader(layout, rules, unit=batch.unit)

    def at(self, position: Position) -> Position:
        """The position, or that of the first row if it is before that."""
        return max(position, self._first_row)

    def seek(self, position: Position) -> None:
        """Go on reading at a position where a chunk ended, or at the first row."""
        self._records = self._open(self.at(position))

    def read_chunk(self) -> Chunk:
        """The next rows."""
        start = self._records.position
        rows: list[Row] = []
        rejections: list[Rejection] = []
        for record in self._records:
            row = self.rows.read(record)
            if isinstance(row, Row):
                rows.append(row)
            else:
                rejections.append(row)
            end = self._records.position
            if len(rows) + len(rejections) == CHUNK_ROWS or end.offset - start.offset > CHUNK_BYTES:
                return Chunk(start, end, rows, rejections)
        return Chunk(start, self._records.position, rows, rejections, is_last=True)

    def _open(self, position: Position, delimiter: str = "") -> Records:
        if position.offset == 0:
            beginning = next(read_parts(self._batch.pk, offset=0), b"")
            position = Position(len(_BOM) if beginning.startswith(_BOM) else 0, 0)
        blocks = read_parts(self._batch.pk, offset=position.offset)
        return Records(Lines(blocks, position), delimiter=delimiter or self._delimiter)

    def _find_delimiter(self) -> str:
        """The delimiter by which the header has most of the columns that are looked for."""
        wanted = set(self._batch.columns.values()) or set(TARGETS)

        def found(delimiter: str) -> tuple[int, int]:
            record = next(self._open(Position(0, 0), delimiter), None)
            cells = [cell.strip() for cell in record.cells] if isinstance(record, Record) else []
            return len(wanted & set(cells)), len(cells)

        return max(DELIMITERS, key=found)


def _read_header(records: Records) -> tuple[int, list[str]]:
    record = next(records, None)
    if record is None:
        raise InvalidInput("the file is empty; its first line must name the columns", place="header")
    if isinstance(record, BrokenRecord):
        raise InvalidInput(f"line {record.line}: {record.reason}", place="header")
    for cell in record.cells:
        try:
            check_cell(cell)
        except InvalidInput as refusal:
            raise InvalidInput(f"line {record.line}: {refusal.reason}", place="header") from None
    return record.line, [cell.strip() for cell in record.cells]
