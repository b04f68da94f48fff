"""What a rule is, and what it reports."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from guardrails.module import Module
from guardrails.project import Project
from guardrails.source import Located as Located  # rules take it from here
from guardrails.source import Span


@dataclass(frozen=True)
class Edit:
    """Puts `text` in place of a file's characters from `start` to `end`; a file that is not there is made."""

    path: PurePosixPath
    start: int
    end: int
    text: str


@dataclass(frozen=True)
class Problem:
    """One breach of a rule: where it is (line and column from 1), what is wrong and what to write instead."""

    path: PurePosixPath
    line: int
    column: int
    what: str
    instead: str
    end_line: int | None = None
    end_column: int | None = None
    fix: tuple[Edit, ...] = ()
    """What puts it right in every case and changes nothing else; empty where that cannot be known."""


@dataclass(frozen=True, order=True)
class Finding:
    """A problem as it is told to the reader. The end is the first place after it."""

    path: PurePosixPath
    line: int
    column: int
    code: str
    message: str
    end_line: int = 1
    end_column: int = 1
    instead: str = field(default="", compare=False)
    fix: tuple[Edit, ...] = field(default=(), compare=False)

    @property
    def what(self) -> str:
        """What is wrong and why: the message without what to write instead."""
        return f"{self.message.removesuffix(f'; {self.instead}.')}."


@dataclass(frozen=True)
class Rule:
    """`code` never changes once released; `why` completes the sentence that starts with what is wrong."""

    code: str
    why: str
    check: Callable[[Project], Iterator[Problem]]

    def findings(self, project: Project) -> Iterator[Finding]:
        for problem in self.check(project):
            yield finding(self.code, self.why, problem)


def finding(code: str, why: str, problem: Problem) -> Finding:
    """A problem with the reason of its rule."""
    return Finding(
        problem.path,
        problem.line,
        problem.column,
        code,
        f"{problem.what}, but {why}; {problem.instead}.",
        problem.end_line or problem.line,
        problem.end_column or problem.column,
        problem.instead,
        problem.fix,
    )


def problem_at(module: Module, node: Located, what: str, instead: str, fix: tuple[Edit, ...] = ()) -> Problem:
    """A problem at a syntax node."""
    return problem_in(module, module.source.span(node), what, instead, fix)


def problem_in(module: Module, span: Span, what: str, instead: str, fix: tuple[Edit, ...] = ()) -> Problem:
    """A problem at a place of a file."""
    return Problem(module.path, span.line, span.column, what, instead, span.end_line, span.end_column, fix)
