"""What a project says of itself in `[tool.guardrails]` of its pyproject.toml; the defaults are the conventions."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import PurePosixPath

from guardrails.patterns import is_at, matches


@dataclass(frozen=True)
class Configuration:
    """One key of the table for each field, with `-` for `_`. Paths and patterns are relative to `root`.

    A pattern without a slash (`tests`, `test_*.py`) is a file or folder of that name anywhere; one with a slash starts
    at the root; `**` stands for any number of folders. What lies in a folder that matches, matches.
    """

    root: str = "."
    """The folder that modules are imported from (that of manage.py), relative to the pyproject.toml."""

    apps: tuple[str, ...] = ("apps/*",)
    """Patterns of the folders that are apps. A folder's name is its app's name, and the domain of its tasks.
    `!` before a pattern says which of them are none: `["shop/*", "!shop/settings"]`. An app within an app has a pattern
    of its own: `["shop/*", "shop/orders/*"]`.
    """

    services: str = "services"
    """The module of an app that holds its business logic."""

    tasks: str = "tasks"
    """The module of an app that holds its tasks."""

    enqueue: tuple[str, ...] = ("delivery.outbox.enqueue",)
    """Dotted names of the functions that ask for a task: (task's name, its arguments). Messages name the first."""

    senders: tuple[str, ...] = ("delivery.relay", "delivery.publisher")
    """Dotted names of the modules, or packages, that may send tasks to the broker."""

    task_base: str = "delivery.task"
    """The dotted name of the module in which the base class of tasks is defined."""

    queues: tuple[str, ...] = ()
    """The names of the queues, where they cannot be read from the settings' source."""

    given: tuple[str, ...] = (
        "config/__init__.py",
        "config/celery.py",
        "config/settings.py",
        "config/urls.py",
        "config/asgi.py",
        "config/wsgi.py",
        "manage.py",
        "requirements.txt",
    )
    """The files that must be there."""

    layers: tuple[str, ...] = ("config", "apps", "delivery")
    """Packages or modules by dotted name, highest first: each may import those after it, and none before it.
    A module belongs to the longest name that it lies under; those under none may import and be imported."""

    tests: tuple[str, ...] = ("tests", "tests.py", "test_*.py", "*_test.py", "conftest.py")
    """Patterns of tests, which may ask for what production code may not."""

    exclude: tuple[str, ...] = ()
    """Patterns of what is not read at all."""

    select: tuple[str, ...] = ()
    """Codes of the only rules that are checked; none: all."""

    ignore: tuple[str, ...] = ()
    """Codes of rules that are not checked."""

    per_path_ignores: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """For a pattern, the codes that are not told there."""

    baseline: str = ""
    """The file of accepted findings (`--write-baseline`), relative to the pyproject.toml."""

    @cached_property
    def app_patterns(self) -> tuple[str, ...]:
        """The patterns without those that begin with `!`."""
        return tuple(app for app in self.apps if not app.startswith("!"))

    @cached_property
    def tasks_place(self) -> str:
        """Where tasks stand, as messages name it."""
        if len(self.app_patterns) == 1:
            return f"{self.app_patterns[0].replace('*', '<app>')}/{self.tasks}.py"
        return f"the {self.tasks}.py of its app"

    def app_folder(self, path: PurePosixPath) -> PurePosixPath | None:
        """The folder of the app that a file belongs to: the inner one where a pattern of its own names it."""
        folders = [folder for folder in [*path.parents][-2::-1] if not self.is_no_app(folder)]  # from the root inwards
        first = (next((folder for folder in folders if is_at(folder, app)), None) for app in self.app_patterns)
        return max(filter(None, first), key=folders.index, default=None)

    def is_no_app(self, folder: PurePosixPath) -> bool:
        """Whether a pattern with `!` says so."""
        return any(app.startswith("!") and is_at(folder, app[1:]) for app in self.apps)

    def is_test(self, path: PurePosixPath) -> bool:
        return any(matches(path, pattern) for pattern in self.tests)

    def is_excluded(self, path: PurePosixPath) -> bool:
        return any(matches(path, pattern) for pattern in self.exclude)

    def is_ignored(self, path: PurePosixPath, code: str) -> bool:
        """Whether findings of this code are not told for this path."""
        return any(code in codes and matches(path, pattern) for pattern, codes in self.per_path_ignores.items())
