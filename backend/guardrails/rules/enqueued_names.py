"""A task that is enqueued by name exists."""

import ast
import difflib
from collections.abc import Iterator

from guardrails.project import Project
from guardrails.rule import Problem, Rule, problem_at
from guardrails.task_definitions import task_definitions

# Tasks that Celery itself brings along.
CELERYS_OWN = {"celery.backend_cleanup"}


def check(project: Project) -> Iterator[Problem]:
    known = sorted({task.name for task in task_definitions(project) if task.name} | CELERYS_OWN)
    for module in project.modules:
        if module.in_tests:
            continue
        for call in module.find(ast.Call):
            name = _task_name(call)
            text = module.text(name)
            enqueues = any(origin.rpartition(".")[2] == "enqueue" for origin in project.origins(module, call.func))
            if name and enqueues and text is not None and text not in known:
                what = f'no tasks.py defines the enqueued task "{text}"'
                yield problem_at(module, name, what, _instead(text, known))


def _task_name(call: ast.Call) -> ast.expr | None:
    named = [keyword.value for keyword in call.keywords if keyword.arg == "task_name"]
    return next(iter([*call.args[:1], *named]), None)


def _instead(name: str, known: list[str]) -> str:
    close = difflib.get_close_matches(name, known, n=1, cutoff=0.8)
    return f'write "{close[0]}"' if close else f"define it in apps/{name.partition('.')[0]}/tasks.py"


RULE = Rule("GR017", "its message would end as a dead letter that no worker knows", check)
