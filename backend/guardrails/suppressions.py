"""Comments that allow a finding, as in `# guardrails: allow GR003 because the vendor's plug-in wants it there`."""

import io
import re
import tokenize
from bisect import bisect_right
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice

from guardrails.module import Module
from guardrails.source import Source, Span

FORM = "# guardrails: allow GR000 because <reason>"
# What follows a further # is another comment.
_COMMENT = re.compile(r"#\s*guardrails\s*:\s*(?:allow|ignore|disable|skip|noqa)\b(?:(?!\s#\s).)*")
_FORM = re.compile(r"# guardrails: allow (?P<codes>GR\d{3}(?:, GR\d{3})*) because (?P<reason>.*\w.*)")
_ENDS = frozenset({tokenize.NEWLINE, tokenize.ENDMARKER})
_BLANK = frozenset({tokenize.COMMENT, tokenize.NL, tokenize.INDENT, tokenize.DEDENT, tokenize.ENCODING})


@dataclass(frozen=True)
class Suppression:
    """A comment and the lines whose findings it allows. One that is not in the form allows nothing: no codes."""

    module: Module
    span: Span
    codes: tuple[str, ...]
    reason: str
    first: int
    last: int


@dataclass
class _Statement:
    """The lines of a statement (of a block: of its head), and whether it is a decorator."""

    first: int
    last: int
    is_decorator: bool


def suppressions(module: Module) -> Iterator[Suppression]:
    if "guardrails" not in module.source.text:
        return
    tokens = _tokens(module.source)
    statements = list(_statements(tokens))
    for token in tokens:
        match = _COMMENT.search(token.string) if token.type == tokenize.COMMENT else None
        if match:
            line, column = token.start[0], token.start[1] + match.start() + 1
            text = match[0].rstrip()
            form = _FORM.fullmatch(text)
            codes = tuple(form["codes"].split(", ")) if form else ()
            reason = form["reason"].strip() if form else ""
            alone = not token.line[: token.start[1]].strip()
            span = Span(line, column, line, column + len(text))
            yield Suppression(module, span, codes, reason, *_reach(statements, line, alone=alone))


def _tokens(source: Source) -> list[tokenize.TokenInfo]:
    tokens: list[tokenize.TokenInfo] = []
    with suppress(tokenize.TokenError, IndentationError):  # what ast takes and tokenize does not: keep what there is
        tokens.extend(tokenize.generate_tokens(io.StringIO(source.text, newline=None).readline))
    return tokens


def _statements(tokens: list[tokenize.TokenInfo]) -> Iterator[_Statement]:
    first: tokenize.TokenInfo | None = None
    for token in tokens:
        if token.type in _ENDS:
            if first:
                yield _Statement(first.start[0], token.start[0], first.string == "@")
            first = None
        elif first is None and token.type not in _BLANK:
            first = token


def _reach(statements: list[_Statement], line: int, *, alone: bool) -> tuple[int, int]:
    """The lines that a comment speaks of.

    At the end of a statement's first or last line: the whole statement; within it: that line. On a line of its own:
    the statement below, decorators together with what they decorate; within a statement: the next line.
    """
    index = bisect_right(statements, line, key=lambda statement: statement.first)
    around = statements[index - 1] if index and line <= statements[index - 1].last else None
    if around and not alone:
        return (around.first, around.last) if line in (around.first, around.last) else (line, line)
    if around:
        return line + 1, line + 1
    last = next((each for each in islice(statements, index, None) if not each.is_decorator), None)
    return (statements[index].first, last.last) if last else (line, line)
