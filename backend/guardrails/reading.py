"""Finds and parses the Python files of a folder."""

import ast
import os
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from guardrails.configuration import Configuration
from guardrails.module import Module
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


def python_files(root: Path, configuration: Configuration, unreadable: list[Unreadable]) -> Iterator[PurePosixPath]:
    """All under root but what is excluded; folders that cannot be read are added to `unreadable`.

    Links to folders are not followed, so there are no circles.
    """

    def refused(error: OSError) -> None:
        unreadable.append(Unreadable(_relative(root, error.filename), 1, 1, str(error.strerror)))

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


def read(root: Path, path: PurePosixPath, configuration: Configuration) -> Module | Unreadable:
    """The module that a file is, or why it is none."""
    file = root / path
    if not file.is_file():  # a pipe would be waited for
        return Unreadable(path, 1, 1, "it is a link to nothing" if file.is_symlink() else "it is no file")
    try:
        content = file.read_bytes()
    except OSError as error:
        return Unreadable(path, 1, 1, str(error.strerror))
    return parse(path, content, configuration)


def parse(path: PurePosixPath, content: bytes, configuration: Configuration) -> Module | Unreadable:
    """The module that a file's bytes are, or why they are none."""
    try:
        with warnings.catch_warnings(action="ignore"):  # an odd escape in checked source is not ours to report
            tree = ast.parse(content)
        module = Module(path, tree, decode(content), configuration)
        module.find(ast.Module)  # whether it can be gone over at all shows here
    except SyntaxError as error:
        # Of an encoding that is none, CPython says no place, or one before the first.
        return Unreadable(path, error.lineno or 1, max(error.offset or 1, 1), error.msg)
    except (ValueError, RecursionError, MemoryError) as error:  # of CPython's parser, for what is nested too deeply
        return Unreadable(path, 1, 1, str(error) or "it is nested too deeply")
    return module
