"""One source file of the checked project, parsed."""

import ast
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePosixPath
from typing import TypeVar, cast

from guardrails.configuration import Configuration
from guardrails.dotted import last_name
from guardrails.patterns import is_at
from guardrails.source import Source
from guardrails.walk import by_kind
from guardrails.words import Index, as_attribute, chosen, index, words

_WIRING = re.compile(r"__init__|settings|urls|[aw]sgi|(\w+_)?celery\w*")

Node = TypeVar("Node", bound=ast.AST)
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, eq=False)
class Module:
    """A parsed file. `path` is relative to the project's root; `name` is the dotted name it is imported by."""

    path: PurePosixPath
    tree: ast.Module
    source: Source
    configuration: Configuration

    @cached_property
    def name(self) -> str:
        parts = self.path.with_suffix("").parts
        return ".".join(parts[:-1] if self.is_package else parts)

    @property
    def is_package(self) -> bool:
        return self.path.name == "__init__.py"

    @cached_property
    def package(self) -> str:
        """The package that a relative import starts from."""
        return self.name if self.is_package else self.name.rpartition(".")[0]

    @cached_property
    def app_folder(self) -> PurePosixPath | None:
        """The folder of the app that the file belongs to."""
        return self.configuration.app_folder(self.path)

    @property
    def app(self) -> str | None:
        """The app's name when the file belongs to one."""
        return self.app_folder.name if self.app_folder else None

    @property
    def app_package(self) -> str | None:
        """The app's dotted name, as in `apps.events`."""
        return ".".join(self.app_folder.parts) if self.app_folder else None

    @cached_property
    def is_of_apps(self) -> bool:
        """Whether it belongs to an app, or to what stands beside the apps in their folder and is not the project's."""
        if self.app is not None or any(map(self.configuration.is_no_app, self.path.parents)):
            return self.app is not None
        beside = [pattern.rpartition("/")[0] for pattern in self.configuration.app_patterns]
        around = [folder for folder in self.path.parents for at in beside if at and is_at(folder, at)]
        return any(not self._is_wiring(folder) for folder in around)

    def _is_wiring(self, folder: PurePosixPath) -> bool:
        """Whether it is the project's settings or application: many projects have these beside their apps."""
        return _WIRING.fullmatch(self.path.relative_to(folder).parts[0].removesuffix(".py")) is not None

    @cached_property
    def is_tasks(self) -> bool:
        """Whether this is an app's tasks.py, the only home of tasks."""
        return self.path.parent == self.app_folder and self.path.name == f"{self.configuration.tasks}.py"

    @cached_property
    def in_tests(self) -> bool:
        return self.configuration.is_test(self.path)

    @cached_property
    def _nodes(self) -> Mapping[type[ast.AST], list[ast.AST]]:
        return by_kind(self.tree)

    def find(self, kind: type[Node]) -> list[Node]:
        """All nodes of exactly this kind, at any depth, outer ones first."""
        return cast("list[Node]", self._nodes.get(kind, []))

    @cached_property
    def _calls(self) -> Index[ast.Call]:
        return index((call, words(call.func)) for call in self.find(ast.Call))

    def calls(self, names: frozenset[str]) -> list[ast.Call]:
        """The calls of what may stand for one of the names (guardrails.words), outer ones first."""
        return chosen(self._calls, names)

    def calls_of(self, *names: str) -> list[ast.Call]:
        """The calls of what is written with one of these names at its end: `task`, `app.task`."""
        written = frozenset(word for name in names for word in (name, as_attribute(name)))
        return [call for call in self.calls(written) if last_name(call.func) in names]

    def names(self, written: frozenset[str]) -> list[ast.Name]:
        """The plain names that are written so."""
        return [name for name in self.find(ast.Name) if name.id in written] if self.has(*written) else []

    def attributes(self, written: frozenset[str]) -> list[ast.Attribute]:
        """The attributes that are written so, whatever stands before them."""
        return [one for one in self.find(ast.Attribute) if one.attr in written] if self.has(*written) else []

    def has(self, *parts: str) -> bool:
        """Whether one of these stands anywhere in the text: most files have none, and need not be gone over."""
        text = self.source.as_taken
        return any(part in text for part in parts)

    @property
    def functions(self) -> list[Function]:
        """All functions and methods, at any depth."""
        return [*self.find(ast.FunctionDef), *self.find(ast.AsyncFunctionDef)]

    def source_of(self, imported: ast.ImportFrom) -> str:
        """The dotted name of what an import takes something from."""
        return self.absolute(imported.module or "", imported.level)

    def absolute(self, name: str, level: int) -> str:
        """The dotted name that `from <level dots><name> import ...` means in this file."""
        if level == 0:
            return name
        parts = self.package.split(".")
        kept = parts[: max(len(parts) - level + 1, 0)]
        return ".".join([*kept, name] if name else kept)
