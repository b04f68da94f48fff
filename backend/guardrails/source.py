"""The text of one source file, and where in it something stands."""

import ast
import io
import re
import tokenize
import unicodedata
from dataclasses import dataclass
from functools import cached_property

_LINE_END = re.compile(r"\r\n|\r|\n")  # as Python counts lines; str.splitlines knows more
_DEFINED = re.compile(r"(?:async\s+def|def|class)\s+\w+")

Located = ast.expr | ast.stmt | ast.arg | ast.keyword


@dataclass(frozen=True)
class Span:
    """From one line and column to another, both from 1; the end column is the first after what is meant."""

    line: int
    column: int
    end_line: int
    end_column: int


@dataclass(frozen=True, eq=False)
class Source:
    """A file's text, without a byte order mark. Columns count characters, where ast counts bytes."""

    text: str
    encoding: str

    @cached_property
    def as_taken(self) -> str:
        """The text with its names as Python takes them: it knows other letters for those that it means."""
        return self.text if self.text.isascii() else unicodedata.normalize("NFKC", self.text)

    @cached_property
    def _starts(self) -> list[int]:
        return [0, *(match.end() for match in _LINE_END.finditer(self.text))]

    @property
    def line_end(self) -> str:
        """The first line end of the file."""
        match = _LINE_END.search(self.text)
        return match[0] if match else "\n"

    def line(self, number: int) -> str:
        """A line, counted from 1, without its end; empty where there is none."""
        if not 0 < number <= len(self._starts):
            return ""
        end = self._starts[number] if number < len(self._starts) else len(self.text)
        return self.text[self._starts[number - 1] : end].rstrip("\r\n")

    def offset(self, line: int, column: int) -> int:
        """The place of a line and column, both from 1, in the text; of the line after the last one the end."""
        if line > len(self._starts):
            return len(self.text)
        return self._starts[line - 1] + column - 1

    def start(self, node: Located) -> int:
        """The place of a node's first character in the text."""
        return self.offset(node.lineno, self.column(node.lineno, node.col_offset))

    def end(self, node: Located) -> int:
        """The place after a node's last character in the text."""
        return self.offset(*self._end(node))

    def span(self, node: Located) -> Span:
        """What to point at: of a function or class its name, of a block its first line, else the whole node."""
        line, column = node.lineno, self.column(node.lineno, node.col_offset)
        if hasattr(node, "body") and isinstance(node, ast.stmt):
            text = self.line(line)
            defined = _DEFINED.match(text, column - 1)
            return Span(line, column, line, (defined.end() if defined else len(text.rstrip())) + 1)
        return Span(line, column, *self._end(node))

    def _end(self, node: Located) -> tuple[int, int]:
        """The line and column after a node; ast gives both of every node that it parsed."""
        line = node.end_lineno or node.lineno
        return line, self.column(line, node.end_col_offset or 0)

    def column(self, line: int, offset: int) -> int:
        """The column, from 1, that ast's offset in bytes means."""
        text = self.line(line)
        return offset + 1 if text.isascii() else len(text.encode()[:offset].decode(errors="ignore")) + 1


def decode(content: bytes) -> Source:
    """The text of a Python file, by its byte order mark or its coding line. Raises SyntaxError, UnicodeError."""
    encoding, _ = tokenize.detect_encoding(io.BytesIO(content).readline)
    return Source(content.decode(encoding), encoding)
