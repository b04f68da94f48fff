"""Nothing imports a tasks.py: Celery finds it by itself, and everyone else goes by names. A test may: it tests it."""

from collections.abc import Iterator
from pathlib import PurePosixPath

from guardrails.configuration import Configuration
from guardrails.project import Project
from guardrails.rule import Problem, Rule, problem_at


def check(project: Project) -> Iterator[Problem]:
    instead = f"call the service, or enqueue the task by its name with {project.configuration.enqueue[0]}"
    for module in project.modules:
        for imported in project.imports(module) if not module.in_tests else ():
            tasks = (tasks_of(project.configuration, name) for name in imported.names)
            if name := next(filter(None, tasks), None):
                yield problem_at(module, imported.node, f"{name} is imported here", instead)


def tasks_of(configuration: Configuration, name: str) -> str | None:
    """The part of a dotted name that is an app's tasks.py, whether there is one or not."""
    parts = name.split(".")
    for length, part in enumerate(parts[1:], start=1):
        if part == configuration.tasks:
            folder = PurePosixPath(*parts[:length])
            # What is imported may be an app of that name.
            if configuration.app_folder(folder / part / "tasks.py") == folder:
                return ".".join(parts[: length + 1])
    return None


RULE = Rule("GR012", "whoever holds a task object can send it past the outbox", check)
