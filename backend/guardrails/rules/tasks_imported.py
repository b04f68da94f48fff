"""Nothing imports a tasks.py: Celery finds it by itself, and everyone else goes by names."""

import re
from collections.abc import Iterator

from guardrails.imports import imports
from guardrails.project import Project
from guardrails.rule import Problem, Rule, problem_at

_TASKS = re.compile(r"(apps\.\w+\.tasks)(\..*)?")


def check(project: Project) -> Iterator[Problem]:
    for module in project.modules:
        for imported in imports(project, module):
            if match := next(filter(None, map(_TASKS.fullmatch, imported.names)), None):
                what = f"{match[1]} is imported here"
                instead = "call the service, or enqueue the task by its name with delivery.outbox.enqueue"
                yield problem_at(module, imported.node, what, instead)


RULE = Rule("GR012", "whoever holds a task object can send it past the outbox", check)
