"""A task is one call of a service of its own app, with the task's arguments as they came."""

import ast
from collections.abc import Iterator

from guardrails.project import Project
from guardrails.rule import Located, Problem, Rule, problem_at
from guardrails.task_definitions import TaskDefinition, service_imports, services_of, task_definitions


def check(project: Project) -> Iterator[Problem]:
    for task in task_definitions(project):
        breach = _breach(task)
        if breach:
            node, what = breach
            yield problem_at(task.module, node, f"task {task.function.name} {what}", f"write `{_body(task)}`")


def _body(task: TaskDefinition) -> str:
    stars = {task.function.args.vararg: "*", task.function.args.kwarg: "**"}
    given = ", ".join(stars.get(parameter, "") + parameter.arg for parameter in task.parameters)
    return f"return {task.service}({given})"


def _breach(task: TaskDefinition) -> tuple[Located, str] | None:
    """The first thing about the task that makes it more than a thin wrapper."""
    if isinstance(task.function, ast.AsyncFunctionDef):
        return task.function, "is a coroutine, which a worker never awaits"
    for decorator in task.function.decorator_list:
        if decorator is not task.decorator:
            return decorator, "has a second decorator"
    for statement in task.body:
        if not isinstance(statement, ast.Return):
            return statement, "does more than return one call of its service"
    if len(task.body) != 1:
        return task.function, "does not return one call of its service"
    return _breach_of_return(task, task.body[0])


def _breach_of_return(task: TaskDefinition, statement: ast.stmt) -> tuple[Located, str] | None:
    call = statement.value if isinstance(statement, ast.Return) else None
    if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name):
        return statement, "does not return one call of its service"
    if call.func.id in {parameter.arg for parameter in task.parameters}:
        return statement, f"calls its own argument {call.func.id}"
    if call.func.id not in service_imports(task.module):
        return statement, f"calls {call.func.id}, which is not imported from {services_of(task.module)}"
    if not _passes_arguments_on(task, call):
        return statement, "does not pass its arguments on as they came"
    return None


def _passes_arguments_on(task: TaskDefinition, call: ast.Call) -> bool:
    """Positional arguments in the task's order, the rest by their own name, each exactly once."""
    parameters = [parameter.arg for parameter in task.parameters]
    positional = [argument.id if isinstance(argument, ast.Name) else None for argument in call.args]
    by_name = [
        keyword.arg if isinstance(keyword.value, ast.Name) and keyword.value.id == keyword.arg else None
        for keyword in call.keywords
    ]
    rest = parameters[len(positional) :]
    return positional == parameters[: len(positional)] and None not in by_name and set(by_name) == set(rest)


RULE = Rule("GR005", "logic in a task cannot be run, reused or tested without a worker", check)
