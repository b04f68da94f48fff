"""The examples that explain a rule, read from `examples/GR0NN.md`: its documentation, and its tests."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

FOLDER = Path(__file__).parent / "examples"

_SECTION = re.compile(r"^## (Bad|Good): ([^\n]+)\n(.*?)(?=^## (?:Bad|Good): |\Z)", re.MULTILINE | re.DOTALL)
# A path on a line of its own, then a fenced block, with nothing but text in between.
_SOURCE = re.compile(r"^`([^`\n]+)`\n(?:(?!`)[^\n]*\n)*```([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
# What is said of it, as the command prints it.
_TOLD = re.compile(r"^```told\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_MARK = re.compile(r"# bad((?: GR\d+)*)$")
# The fence of a file that is not there: what is marked in it is told at its first line.
_MISSING = "missing"


@dataclass(frozen=True)
class Example:
    """A small project, and whether something in it breaks a rule."""

    title: str
    is_bad: bool
    line: int
    """The line of the document at which it starts."""
    sources: tuple[tuple[str, str, str], ...]
    """Path, language of the fence and text of each file."""
    told: str
    """What must be said of it, line for line; empty where the example leaves it open."""

    @cached_property
    def files(self) -> dict[str, str]:
        return {path: source for path, language, source in self.sources if language != _MISSING}

    @cached_property
    def missing(self) -> frozenset[str]:
        """The files that a complete project would have, and this one has not."""
        return frozenset(path for path, language, _ in self.sources if language == _MISSING)

    def marked(self, code: str = "") -> list[tuple[str, int, str]]:
        """Path, line and code of what must be found: a mark without a code means the given one."""
        return sorted(
            (path, number, its_code)
            for path, _, source in self.sources
            for number, line in enumerate(source.splitlines(), start=1)
            if (mark := _MARK.search(line))
            for its_code in mark[1].split() or [code]
        )


def read_examples(document: str) -> Iterator[Example]:
    """The sections `## Bad: ...` and `## Good: ...` of a document, each with its files."""
    for section in _SECTION.finditer(document):
        sources = tuple((path, language, text) for path, language, text in _SOURCE.findall(section[3]))
        line = document[: section.start()].count("\n") + 1
        told = "".join(_TOLD.findall(section[3]))
        yield Example(section[2], section[1] == "Bad", line, sources, told)


def documents() -> list[Path]:
    """The document of each rule, in the order of their codes."""
    return sorted(FOLDER.glob("GR*.md"))
