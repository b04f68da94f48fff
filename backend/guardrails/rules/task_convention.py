"""Every task is bound and says what it retries, and how often."""

import ast
from collections.abc import Iterator

from guardrails.project import Project
from guardrails.rule import Problem, Rule, problem_at
from guardrails.task_definitions import TaskDefinition, task_definitions

BIND = "bind=True"
RETRIED = "autoretry_for=(Exception,)"
RETRIES = 'retry_kwargs={"max_retries": 3, "countdown": 10}'


def check(project: Project) -> Iterator[Problem]:
    for task in task_definitions(project):
        missing = _missing(task)
        if missing:
            what = f"task {task.function.name} lacks {' and '.join(option.partition('=')[0] for option in missing)}"
            yield problem_at(task.module, task.decorator, what, f"add {', '.join(missing)} to @shared_task(...)")


def _missing(task: TaskDefinition) -> list[str]:
    retried, retries = task.options.get("autoretry_for"), task.options.get("retry_kwargs")
    kept = {
        BIND: task.is_bound,
        RETRIED: isinstance(retried, ast.Tuple) and bool(retried.elts),
        RETRIES: isinstance(retries, ast.Dict) and bool(retries.keys),
    }
    return [option for option, is_kept in kept.items() if not is_kept]


RULE = Rule("GR010", "what happens when it fails must be readable at the task itself", check)
