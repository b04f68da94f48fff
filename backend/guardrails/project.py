"""The source files of a project, read and parsed once for all rules."""

import ast
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path, PurePosixPath

from guardrails.configuration import Configuration
from guardrails.imports import Imported, imports
from guardrails.module import Module
from guardrails.names import Names
from guardrails.origins import Origins
from guardrails.reach import Reach
from guardrails.reading import Unreadable, parse, python_files, read
from guardrails.scopes import Opened


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

    @cached_property
    def by_path(self) -> Mapping[PurePosixPath, Module]:
        return {module.path: module for module in self.modules}

    def has(self, path: PurePosixPath) -> bool:
        """Whether there is such a file."""
        return path in self.by_path or (self.root / path).is_file()

    def changed(self, files: Mapping[PurePosixPath, bytes]) -> "Project":
        """The project as it would be if these files held this."""
        parsed = [parse(path, content, self.configuration) for path, content in files.items()]
        modules = {**self.by_path, **{each.path: each for each in parsed if isinstance(each, Module)}}
        unreadable = [each for each in self.unreadable if each.path not in files]
        unreadable += [each for each in parsed if isinstance(each, Unreadable)]
        return replace(self, modules=tuple(modules[path] for path in sorted(modules)), unreadable=tuple(unreadable))

    def origins(self, module: Module, expression: ast.expr) -> Names:
        """Where the expression may come from, as dotted names (see guardrails.names)."""
        return self._origins.of(module, expression)

    def text(self, module: Module, expression: ast.expr | None) -> str | None:
        """The string that the expression is, where it can be read."""
        return self._origins.text(module, expression) if expression else None

    def aliases(self, module: Module, names: frozenset[str]) -> frozenset[str]:
        """These names and those under which they may be met in a module."""
        return self._origins.aliases.of(names, module)

    def follow(self, name: str) -> Names:
        """What a dotted name stands for."""
        return frozenset(self._origins.follow(name))

    def definition(self, origin: str) -> tuple[Module, Opened] | None:
        """The function or class of this project that an origin names."""
        return self._origins.definition(origin)

    def has_module(self, name: str) -> bool:
        """Whether a dotted name is of a module of this project."""
        return self._origins.module_of(name) is not None

    def assigned(self, module: Module, expression: ast.expr) -> ast.expr:
        """What a name is set to, where it is set once; else the expression itself."""
        return self._origins.resolver(module).assigned(expression)

    def is_run_when_loaded(self, module: Module, node: ast.expr) -> bool:
        """Whether the node stands in no function, so that importing the module runs it."""
        return self._origins.resolver(module).is_outside_of_functions(node)

    def class_around(self, module: Module, node: ast.expr) -> list[str]:
        """The name of the class in whose body, or in a method of which, the node stands."""
        return self._origins.resolver(module).class_around(node)

    @cached_property
    def app_names(self) -> frozenset[str]:
        return frozenset(module.app for module in self.modules if module.app)

    def app_packages(self, label: str) -> frozenset[str]:
        """The dotted names of the apps of this label."""
        packages = {module.app_package for module in self.modules if module.app == label}
        return frozenset(package for package in packages if package)

    @cached_property
    def _imports(self) -> dict[Module, tuple[Imported, ...]]:
        return {module: tuple(imports(self._origins, module)) for module in self.modules}

    def imports(self, module: Module) -> tuple[Imported, ...]:
        """Everything that the module imports, at any depth and by any way that can be read."""
        return self._imports[module]

    @cached_property
    def reach(self) -> Reach:
        """Which modules lead to Celery."""
        return Reach(self._origins, self._imports)

    def concerns(self, module: Module, words: re.Pattern[str]) -> bool:
        """Whether it leads to Celery, or has one of the words: most files do not, and need no closer look."""
        return bool(self.reach) and (module in self.reach or words.search(module.source.as_taken) is not None)


def read_project(root: Path, configuration: Configuration | None = None) -> Project:
    """Parse every Python file under root. What cannot be read or parsed is kept as Unreadable."""
    configuration = configuration or Configuration()
    unreadable: list[Unreadable] = []
    modules: list[Module] = []
    for path in python_files(root, configuration, unreadable):
        parsed = read(root, path, configuration)
        if isinstance(parsed, Module):
            modules.append(parsed)
        else:
            unreadable.append(parsed)
    return Project(root, configuration, tuple(modules), tuple(unreadable))
