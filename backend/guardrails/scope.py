"""Which project the paths of a command line belong to, and which of its files they ask about."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path, PurePosixPath

from guardrails.configuration_file import Place, find_project


class WrongUse(Exception):
    """The command line asks for what cannot be done."""


@dataclass(frozen=True)
class Scope:
    """A project and the files and folders of it whose findings are told."""

    place: Place
    asked: tuple[Path, ...]

    def holds(self, path: PurePosixPath) -> bool:
        file = self.place.root / path
        return any(file.is_relative_to(asked) for asked in self.asked)

    @property
    def is_whole(self) -> bool:
        return any(self.place.root.is_relative_to(asked) for asked in self.asked)

    @property
    def outside(self) -> list[Path]:
        """What was asked for and is not of the project's source."""
        root = self.place.root
        return [asked for asked in self.asked if not (asked.is_relative_to(root) or root.is_relative_to(asked))]

    def shown(self, base: Path) -> Callable[[PurePosixPath], str]:
        """How paths are told: as seen from a folder, or whole when they do not lie in it."""

        def show(path: PurePosixPath) -> str:
            file = self.place.root / path
            return (file.relative_to(base) if file.is_relative_to(base) else file).as_posix()

        return show

    @property
    def repository(self) -> Path | None:
        """The folder of the git repository that the project lies in."""
        folders = (self.place.root, *self.place.root.parents)
        return next((folder for folder in folders if (folder / ".git").exists()), None)


def find_scope(paths: list[str], codes: frozenset[str]) -> Scope:
    """Raises WrongUse and ConfigurationError."""
    asked = tuple(Path(os.path.abspath(path)) for path in paths)  # noqa: PTH100 (resolve() would follow links)
    for path in asked:
        if not path.exists():
            raise WrongUse(f"there is no {path}")

    @cache
    def place_of(folder: Path) -> Place:
        return find_project(folder, codes)

    places = {(place := place_of(path if path.is_dir() else path.parent)).root: place for path in asked}
    if len(places) > 1:
        raise WrongUse(
            f"these paths belong to several projects, {', '.join(map(str, places))}: check each by itself,"
            " or have one pyproject.toml say where the source is (root in [tool.guardrails])"
        )
    return Scope(next(iter(places.values())), asked)
