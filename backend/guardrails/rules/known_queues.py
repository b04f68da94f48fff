"""Every queue that is named is one that is declared, and every route leads from tasks that exist."""

import ast
from collections.abc import Iterator

from guardrails.closest import closest
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
    for module, pattern, text in routes(project):
        domain = text.partition(".")[0]
        if domain in project.app_names:
            is_wrong = not any(sign in text for sign in "*?[") and text not in tasks
            known = tasks
        else:
            # Libraries have tasks as well; what is nearly an app's name is meant to be one.
            is_wrong = closest(domain, project.app_names) is not None
            known = {f"{name}.*" for name in project.app_names}
        if is_wrong:
            yield _no_task(module, pattern, text, known)


def _no_task(module: Module, pattern: ast.expr, text: str, known: set[str]) -> Problem:
    meant = closest(text, known)
    instead = f'write "{meant}"' if meant else "name a task that exists, or its app with `.*`"
    return problem_at(module, pattern, f'no task is routed by "{text}"', instead)


RULE = Rule("GR024", "a message for a queue that nobody reads, or by a route that nobody takes, waits for ever", check)
