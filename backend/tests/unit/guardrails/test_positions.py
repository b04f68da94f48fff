"""A finding points at exactly what it means, in characters."""

import ast
from pathlib import PurePosixPath

import pytest

from guardrails.configuration import Configuration
from guardrails.module import Module
from guardrails.reading import parse
from guardrails.source import Span, decode


def module(content: bytes) -> Module:
    parsed = parse(PurePosixPath("x.py"), content, Configuration())
    assert isinstance(parsed, Module)
    return parsed


@pytest.mark.parametrize(
    ("source", "kind", "span"),
    [
        ("x = call(1)\n", ast.Call, Span(1, 5, 1, 12)),
        ("é = 'ü', call(1)\n", ast.Call, Span(1, 10, 1, 17)),
        ("x = call(\n  'é', 1)\n", ast.Call, Span(1, 5, 2, 10)),
        ("class A:\n    async  def  name(self):\n        pass\n", ast.AsyncFunctionDef, Span(2, 5, 2, 21)),
        ("@x\n@y(\n  1)\ndef name(): pass\n", ast.FunctionDef, Span(4, 1, 4, 9)),
        ("class Näme(\n    Base):\n    x = 1\n", ast.ClassDef, Span(1, 1, 1, 11)),
        ("for x in y:\n    pass\n", ast.For, Span(1, 1, 1, 12)),
        ("if x: pass  # why\n", ast.If, Span(1, 1, 1, 18)),
        ("def f(a, é: int): pass\n", ast.arg, Span(1, 7, 1, 8)),
        ("\f\nx = call(1)\n", ast.Call, Span(2, 5, 2, 12)),
        ("x = '\x85\u2028'; call(1)\n", ast.Call, Span(1, 11, 1, 18)),
        ("x = lambda a: a\n", ast.Lambda, Span(1, 5, 1, 16)),
        ("x = [lambda a: a]\n", ast.Lambda, Span(1, 6, 1, 17)),
        ("x = 1; import y; z = 2\n", ast.Import, Span(1, 8, 1, 16)),
    ],
)
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_span(source: str, kind: type[ast.expr], span: Span, line_end: str, mark: bytes) -> None:
    parsed = module(mark + source.replace("\n", line_end).encode())
    node = parsed.find(kind)[0]
    assert parsed.source.span(node) == span


def test_offsets_are_of_the_text() -> None:
    parsed = module("é = 'é'; x = call(\r\n  'é')\r\ny = 1\r\n".encode())
    call = parsed.find(ast.Call)[0]
    assert parsed.source.text[parsed.source.start(call) : parsed.source.end(call)] == "call(\r\n  'é')"
    assert parsed.source.line_end == "\r\n"
    assert [parsed.source.line(number) for number in (0, 2, 3, 4, 5)] == ["", "  'é')", "y = 1", "", ""]


def test_the_last_line_needs_no_end() -> None:
    assert [decode(b"x = 1\ny = 2").line(number) for number in (1, 2, 3)] == ["x = 1", "y = 2", ""]


def test_a_coding_line_is_followed() -> None:
    parsed = module("# -*- coding: latin-1 -*-\né = call(1)\n".encode("latin-1"))
    assert parsed.source.span(parsed.find(ast.Call)[0]) == Span(2, 5, 2, 12)
    assert parsed.source.encoding == "iso-8859-1"
    assert decode(b"\xef\xbb\xbfx").text == "x"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", ""])
@pytest.mark.parametrize("line", ["x = 1  # X", "x = 1 \t"])
def test_a_line_is_all_but_its_end(line: str, end: str) -> None:
    source = module(f"{line}{end}".encode()).source
    assert source.line(1) == line
    assert source.line(3) == ""
