"""What a rule is, and what it reports."""

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from guardrails.module import Module
from guardrails.project import Project

Located = ast.expr | ast.stmt | ast.arg | ast.keyword


@dataclass(frozen=True)
class Problem:
    """One breach of a rule: where it is (line and column from 1), what is wrong and what to write instead."""

    path: PurePosixPath
    line: int
    column: int
    what: str
    instead: str


@dataclass(frozen=True, order=True)
class Finding:
    """A problem as it is told to the reader."""

    path: PurePosixPath
    line: int
    column: int
    code: str
    message: str


@dataclass(frozen=True)
class Rule:
    """`code` never changes once released; `why` completes the sentence that starts with what is wrong."""

    code: str
    why: str
    check: Callable[[Project], Iterator[Problem]]

    def findings(self, project: Project) -> Iterator[Finding]:
        for problem in self.check(project):
            message = f"{problem.what}, but {self.why}; {problem.instead}."
            yield Finding(problem.path, problem.line, problem.column, self.code, message)


def problem_at(module: Module, node: Located, what: str, instead: str) -> Problem:
    """A problem at the start of a syntax node."""
    return Problem(module.path, node.lineno, node.col_offset + 1, what, instead)
