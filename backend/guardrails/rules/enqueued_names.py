"""A task that is enqueued by name exists."""

from collections.abc import Iterator

from guardrails.closest import closest
from guardrails.enqueue_calls import enqueue_calls
from guardrails.project import Project
from guardrails.rule import Problem, Rule, problem_at
from guardrails.task_definitions import task_definitions

# Tasks that Celery itself brings along.
CELERYS_OWN = {"celery.backend_cleanup"}


def check(project: Project) -> Iterator[Problem]:
    known = {task.name for task in task_definitions(project) if task.name} | CELERYS_OWN
    for enqueued in enqueue_calls(project):
        name = enqueued.task_name
        if name is not None and name not in known:
            what = f'no tasks.py defines the enqueued task "{name}"'
            yield problem_at(enqueued.module, enqueued.name, what, _instead(project, name, known))


def _instead(project: Project, name: str, known: set[str]) -> str:
    if meant := closest(name, known):
        return f'write "{meant}"'
    return f"define it in {project.configuration.tasks_place.replace('<app>', name.partition('.')[0] or '<app>')}"


RULE = Rule("GR017", "its message would end as a dead letter that no worker knows", check)
