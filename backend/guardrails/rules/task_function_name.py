"""A task's function is called like its service, with `_task` at the end."""

import ast
import builtins
from collections.abc import Iterator

from guardrails.edits import rename_function
from guardrails.project import Project
from guardrails.rule import Problem, Rule, problem_at
from guardrails.task_definitions import SUFFIX, TaskDefinition, service_imports, task_definitions


def called_service(task: TaskDefinition) -> str | None:
    """The one function that a task with nothing else in it returns a call of."""
    last = task.body[0] if len(task.body) == 1 else None
    called = last.value.func if isinstance(last, ast.Return) and isinstance(last.value, ast.Call) else None
    return called.id if isinstance(called, ast.Name) and not hasattr(builtins, called.id) else None


def check(project: Project) -> Iterator[Problem]:
    for task in task_definitions(project):
        wanted = f"{called_service(task) or task.service}{SUFFIX}"
        if task.function.name != wanted:
            what = f"task function {task.function.name} is not named after its service"
            is_settled = called_service(task) in service_imports(task.module)
            fix = rename_function(project, task, wanted) if is_settled else ()
            yield problem_at(task.module, task.function, what, f"name it {wanted}", fix)


RULE = Rule("GR006", "one name for service and task is what lets a reader go from one to the other", check)
