"""The files that are given, at the places where they are given."""

from collections.abc import Iterator
from pathlib import PurePosixPath

from guardrails.project import Project
from guardrails.rule import Problem, Rule

GIVEN = (
    "config/__init__.py",
    "config/celery.py",
    "config/settings.py",
    "config/urls.py",
    "config/asgi.py",
    "config/wsgi.py",
    "apps/events/tasks.py",
    "apps/events/services.py",
    "apps/events/models.py",
    "apps/events/apps.py",
    "apps/notifications/tasks.py",
    "apps/notifications/services.py",
    "apps/rankings/tasks.py",
    "apps/rankings/services.py",
    "manage.py",
    "requirements.txt",
)


def check(project: Project) -> Iterator[Problem]:
    for name in GIVEN:
        if not (project.root / name).is_file():
            yield Problem(PurePosixPath(name), 1, 1, "this file is missing", f"put it back as {name}")


RULE = Rule("GR001", "the given structure is the same in every project, so nobody has to search", check)
