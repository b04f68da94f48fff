"""Every queue that is named is one that is declared, and every route leads from tasks that exist."""

import ast
from collections.abc import Iterator

from guardrails.module import Module
from guardrails.project import Project
from guardrails.queues import declared_queues, routes, uses
from guardrails.rule import Problem, Rule, problem_at
from guardrails.task_definitions import task_definitions


def check(project: Project) -> Iterator[Problem]:
    queues = declared_queues(project)
    if queues:
        listed = ", ".join(sorted(queues))
        for module, node, name in uses(project):
            if name not in queues:
                yield problem_at(
                    module, node, f'no queue "{name}" is declared', f"write one of {listed}, or declare it"
                )
    yield from _routes(project)


def _routes(project: Project) -> Iterator[Problem]:
    tasks = {task.name for task in task_definitions(project) if task.name}
    domains = {name.partition(".")[0] for name in tasks} | project.app_names | {"celery"}
    for module, pattern, text in routes(project):
        is_known = text in tasks if _is_exact(text) else text.partition(".")[0] in domains or "." not in text
        if not is_known and not text.startswith("celery."):
            yield _no_task(module, pattern, text)


def _is_exact(pattern: str) -> bool:
    return not any(sign in pattern for sign in "*?[")


def _no_task(module: Module, pattern: ast.expr, text: str) -> Problem:
    return problem_at(
        module, pattern, f'no task is routed by "{text}"', "name a task, or an app with `.*`, that exists"
    )


RULE = Rule("GR024", "a message for a queue that nobody reads, or by a route that nobody takes, waits for ever", check)
