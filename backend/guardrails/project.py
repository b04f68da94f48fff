"""The source files of a project, read and parsed once for all rules."""

import ast
import os
import re
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path, PurePosixPath

from guardrails.configuration import Configuration
from guardrails.imports import Imported, imports
from guardrails.module import Module
from guardrails.names import Names
from guardrails.origins import Origins
from guardrails.reach import Reach
from guardrails.scopes import Opened
from guardrails.source import decode

# Folders that hold nobody's own source.
SKIPPED = frozenset({"__pycache__", "node_modules", "site-packages", "staticfiles", "venv"})


@dataclass(frozen=True)
class Unreadable:
    """A Python file that could not be parsed, or a folder that could not be read, and where and why."""

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

    def concerns(self, module: Module, words: re.Pattern[str]) -> bool:
        """Whether it leads to Celery, or has one of the words: most files do not, and need no closer look."""
        return module in self.reach or words.search(module.source.text) is not None


def read_project(root: Path, configuration: Configuration | None = None) -> Project:
    """Parse every Python file under root. What cannot be read or parsed is kept as Unreadable."""
    configuration = configuration or Configuration()
    unreadable: list[Unreadable] = []
    modules: list[Module] = []
    for path in _python_files(root, configuration, unreadable):
        parsed = _read(root, path, configuration)
        if isinstance(parsed, Module):
            modules.append(parsed)
        else:
            unreadable.append(parsed)
    return Project(root, configuration, tuple(modules), tuple(unreadable))


def _python_files(root: Path, configuration: Configuration, unreadable: list[Unreadable]) -> Iterator[PurePosixPath]:
    """Links to folders are not followed, so there are no circles."""

    def refused(error: OSError) -> None:
        unreadable.append(Unreadable(_relative(root, error.filename), 1, 1, _reason(error)))

    for folder, subfolders, files in os.walk(root, onerror=refused):
        here = _relative(root, folder)
        subfolders[:] = sorted(name for name in subfolders if _is_own(here / name, configuration))
        for name in sorted(files):
            if name.endswith(".py") and _is_own(here / name, configuration):
                yield here / name


def _is_own(path: PurePosixPath, configuration: Configuration) -> bool:
    return path.name not in SKIPPED and not path.name.startswith(".") and not configuration.is_excluded(path)


def _relative(root: Path, path: str) -> PurePosixPath:
    return PurePosixPath(Path(path).relative_to(root).as_posix())


def _read(root: Path, path: PurePosixPath, configuration: Configuration) -> Module | Unreadable:
    file = root / path
    if not file.is_file():  # a pipe would be waited for
        return Unreadable(path, 1, 1, "it is a link to nothing" if file.is_symlink() else "it is no file")
    try:
        content = file.read_bytes()
    except OSError as error:
        return Unreadable(path, 1, 1, _reason(error))
    return parse(path, content, configuration)


def parse(path: PurePosixPath, content: bytes, configuration: Configuration) -> Module | Unreadable:
    """The module that a file's bytes are, or why they are none."""
    try:
        with warnings.catch_warnings(action="ignore"):  # an odd escape in checked source is not ours to report
            tree = ast.parse(content)
        module = Module(path, tree, decode(content), configuration)
        module.find(ast.Module)  # whether it can be gone over at all shows here
    except SyntaxError as error:
        return Unreadable(path, error.lineno or 1, error.offset or 1, error.msg)
    except (ValueError, RecursionError, MemoryError) as error:  # of CPython's parser, for what is nested too deeply
        return Unreadable(path, 1, 1, str(error) or "it is nested too deeply")
    return module


def _reason(error: OSError) -> str:
    return error.strerror or str(error)
