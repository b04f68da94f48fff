"""From bytes to the rows of a CSV file, holding no more than one row and what was read ahead for it."""

import csv
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

LONGEST_ROW = 64 * 1024  # bytes, over all lines of a row


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """A place between two lines of a file."""

    offset: int  # of the next line's first byte
    lines: int  # before it


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a file, as its bytes."""

    number: int  # 1 is the first
    start: int  # offset of its first byte
    content: bytes | None  # without the line feed; None: longer than a row may be


@dataclass(frozen=True, slots=True)
class Record:
    """One row of a file. Bytes that are not UTF-8 stand in its cells as lone surrogates."""

    line: int  # where it begins
    cells: list[str]


@dataclass(frozen=True, slots=True)
class BrokenRecord:
    """A line that cannot be taken apart into cells."""

    line: int
    text: str
    reason: str


class Lines:
    """The lines of a stream of bytes that comes in blocks. Holds one block and one line at most."""

    def __init__(self, blocks: Iterator[bytes], start: Position) -> None:
        self.position = start
        self._blocks = blocks
        self._buffer = b""
        self._begin = 0

    def __iter__(self) -> Iterator[Line]:
        return self

    def __next__(self) -> Line:
        dropped = 0
        while (end := self._buffer.find(b"\n", self._begin)) < 0:
            rest = self._buffer[self._begin :]
            block = next(self._blocks, None)
            if block is None:
                if not rest and not dropped:
                    raise StopIteration
                self._buffer, self._begin = b"", 0
                return self._line(rest, dropped, feed=0)
            if dropped or len(rest) > LONGEST_ROW:
                dropped += len(rest)
                rest = b""
            self._buffer, self._begin = rest + block, 0
        content = self._buffer[self._begin : end]
        self._begin = end + 1
        return self._line(content, dropped, feed=1)

    def _line(self, content: bytes, dropped: int, *, feed: int) -> Line:
        start, size = self.position, dropped + len(content)
        self.position = Position(start.offset + size + feed, start.lines + 1)
        return Line(self.position.lines, start.offset, content if size <= LONGEST_ROW else None)


class Records:
    """The rows of a CSV file. Blank lines are passed over; every other line is part of exactly one item."""

    def __init__(self, lines: Lines, *, delimiter: str) -> None:
        self._lines = lines
        self._delimiter = delimiter
        self._ahead: deque[Line] = deque()  # read for a row that turned out to end before

    @property
    def position(self) -> Position:
        """Where the next row begins."""
        if self._ahead:
            return Position(self._ahead[0].start, self._ahead[0].number - 1)
        return self._lines.position

    def __iter__(self) -> Iterator[Record | BrokenRecord]:
        return self

    def __next__(self) -> Record | BrokenRecord:
        while True:
            line = self._next_line()
            if line is None:
                raise StopIteration
            if line.content is None:
                return BrokenRecord(line.number, "", f"the line is longer than {LONGEST_ROW // 1024} KiB")
            if line.content and not line.content.isspace():
                return self._record(line, line.content)

    def _next_line(self) -> Line | None:
        return self._ahead.popleft() if self._ahead else next(self._lines, None)

    def _record(self, line: Line, content: bytes) -> Record | BrokenRecord:
        more: list[Line] = []
        source = self._with_following(content, more)
        try:
            # The csv module asks for a further line whenever a quoted cell is still open.
            cells = next(csv.reader(source, delimiter=self._delimiter, strict=True, skipinitialspace=True))
        except csv.Error as error:
            # Only the line with the open quote is lost; those after it get their chance.
            self._ahead.extendleft(reversed(more))
            return BrokenRecord(line.number, decode(content), _why_broken(str(error)))
        return Record(line.number, cells)

    def _with_following(self, content: bytes, more: list[Line]) -> Iterator[str]:
        yield decode(content) + "\n"
        size = len(content)
        while (line := self._next_line()) is not None:
            more.append(line)
            if line.content is None or (size := size + 1 + len(line.content)) > LONGEST_ROW:
                return
            yield decode(line.content) + "\n"


def decode(content: bytes) -> str:
    """A line as text."""
    return content.removesuffix(b"\r").decode("utf-8", "surrogateescape")


def _why_broken(error: str) -> str:
    if "unexpected end" in error:
        return f"a quoted cell begins here and does not end within {LONGEST_ROW // 1024} KiB"
    if "new-line" in error:
        return "there is a carriage return in the middle of the line"
    return "after the closing quote of a cell comes neither a delimiter nor the end of the line"
