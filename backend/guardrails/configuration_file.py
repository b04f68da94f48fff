"""Finds and reads `[tool.guardrails]`, and refuses what it does not know by file and key."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from guardrails.configuration import Configuration
from guardrails.configuration_values import Refused, read_table

FILE = "pyproject.toml"


class ConfigurationError(Exception):
    """What is wrong, with the file and the key."""


@dataclass(frozen=True)
class Place:
    """A project: the folder of its source, and what its pyproject.toml says of it (`file` is None: nothing)."""

    root: Path
    configuration: Configuration
    file: Path | None = None

    @property
    def baseline(self) -> Path | None:
        """The file of accepted findings, if the configuration names one."""
        return self.file.parent / self.configuration.baseline if self.file and self.configuration.baseline else None


def find_project(folder: Path, codes: frozenset[str]) -> Place:
    """The project that a folder belongs to. `codes` are those of the rules that there are.

    Its root is what the nearest pyproject.toml with the table says, else the nearest folder with a manage.py, upwards
    and then directly below, else the folder itself. Raises ConfigurationError.
    """
    start = folder.absolute()
    folders = (start, *start.parents)
    for file in (folder / FILE for folder in folders):
        table = _table(file)
        if table is not None:
            return _place(file, table, codes)
    managed = [folder for folder in folders if (folder / "manage.py").is_file()]
    below = [file.parent for file in start.glob("*/manage.py")]
    root = managed[0] if managed else below[0] if len(below) == 1 else start
    return Place(root, Configuration())


def _place(file: Path, table: object, codes: frozenset[str]) -> Place:
    try:
        configuration = read_table(table, codes)
    except Refused as error:
        raise ConfigurationError(f"{file}: {error}") from None
    root = file.parent / configuration.root
    if not root.is_dir():
        raise ConfigurationError(f'{file}: tool.guardrails.root: there is no folder "{configuration.root}"')
    return Place(root, configuration, file)


def _table(file: Path) -> object | None:
    try:
        tools = tomllib.loads(file.read_bytes().decode("utf-8-sig")).get("tool")
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:  # the latter: it is no UTF-8, or no TOML
        raise ConfigurationError(f"{file}: cannot be read: {error}") from None
    return tools.get("guardrails") if isinstance(tools, Mapping) else None
