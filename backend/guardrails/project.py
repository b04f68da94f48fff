"""The source files of a project, read and parsed once for all rules."""

import ast
import os
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath

from guardrails.configuration import Configuration
from guardrails.imports import Imported, imports
from guardrails.module import Module
from guardrails.names import Names
from guardrails.origins import Origins
from guardrails.reach import Reach
from guardrails.scopes import Opened

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
        """Where the expression may come from, as dotted names (see guardrails.names)."""
        return self._origins.of(module, expression)

    def text(self, module: Module, expression: ast.expr | None) -> str | None:
        """The string that the expression is, where it can be read."""
        return self._origins.text(module, expression)

    def aliases(self, *names: str) -> frozenset[str]:
        """These names and those under which they may be met."""
        return self._origins.aliases.of(frozenset(names))

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
