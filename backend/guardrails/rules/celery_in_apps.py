"""Only tasks.py knows Celery; the rest of an app does not."""

import re
from collections.abc import Iterator

from guardrails.imports import imports
from guardrails.project import Project
from guardrails.rule import Problem, Rule, problem_at

_BANNED = re.compile(r"(celery|kombu|django_celery_\w+)(\..*)?")


def check(project: Project) -> Iterator[Problem]:
    for module in project.modules:
        if module.path.parts[0] != "apps" or module.is_tasks:
            continue
        for imported in imports(project, module):
            if name := next(filter(_BANNED.fullmatch, imported.names), None):
                what = f"{module.path.name} imports {name.partition('.')[0]}"
                instead = "enqueue the task by its name with delivery.outbox.enqueue, or move the wiring out of the app"
                yield problem_at(module, imported.node, what, instead)


RULE = Rule("GR011", "business logic must run and be tested without a queue", check)
