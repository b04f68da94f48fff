"""The source files of a project, read and parsed once for all rules."""

import ast
import os
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath

from guardrails.configuration import Configuration
from guardrails.module import Module
from guardrails.origins import Names, Origins

# Folders that hold nobody's own source.
SKIPPED = frozenset({"__pycache__", "node_modules", "site-packages", "staticfiles", "venv"})


@dataclass(frozen=True)
class Unreadable:
    """A Python file that could not be parsed, and where and why."""

    path: PurePosixPath
    line: int
    column: int
    reason: str


@dataclass(frozen=True, eq=False)
class Project:
    """All Python files under `root`, by dotted module name."""

    root: Path
    configuration: Configuration
    modules: tuple[Module, ...]
    unreadable: tuple[Unreadable, ...]

    @cached_property
    def _origins(self) -> Origins:
        return Origins({module.name: module for module in self.modules})

    def origins(self, module: Module, expression: ast.expr) -> Names:
        """Where the expression may come from, as dotted names (see guardrails.origins)."""
        return self._origins.of(module, expression)


def read_project(root: Path, configuration: Configuration | None = None) -> Project:
    """Parse every Python file under root. A file that cannot be parsed is kept as Unreadable."""
    configuration = configuration or Configuration()
    parsed = [_parse(root, path, configuration) for path in _python_files(root)]
    return Project(
        root=root,
        configuration=configuration,
        modules=tuple(result for result in parsed if isinstance(result, Module)),
        unreadable=tuple(result for result in parsed if isinstance(result, Unreadable)),
    )


def _python_files(root: Path) -> Iterator[Path]:
    for folder, subfolders, files in os.walk(root):
        subfolders[:] = sorted(name for name in subfolders if name not in SKIPPED and not name.startswith("."))
        yield from (Path(folder, name) for name in sorted(files) if name.endswith(".py"))


def _parse(root: Path, path: Path, configuration: Configuration) -> Module | Unreadable:
    relative = PurePosixPath(path.relative_to(root).as_posix())
    try:
        source = path.read_bytes()
        with warnings.catch_warnings(action="ignore"):  # an odd escape in checked source is not ours to report
            return Module(relative, ast.parse(source), configuration)
    except SyntaxError as error:
        return Unreadable(relative, error.lineno or 1, error.offset or 1, error.msg)
    except (OSError, ValueError, RecursionError) as error:
        return Unreadable(relative, 1, 1, str(error))
