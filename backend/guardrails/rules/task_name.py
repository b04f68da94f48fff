"""Every task has an explicit name: its app, a dot, its service."""

from collections.abc import Iterator

from guardrails.edits import name_task
from guardrails.project import Project
from guardrails.rule import Problem, Rule, problem_at
from guardrails.rules.task_function_name import called_service
from guardrails.task_definitions import TaskDefinition, service_imports, task_definitions


def check(project: Project) -> Iterator[Problem]:
    for task in task_definitions(project):
        wanted = f"{task.app}.{called_service(task) or task.service}"
        if task.name != wanted:
            instead = f'write name="{wanted}"'
            # What a task will be called that is not thin yet, is not settled.
            is_settled = called_service(task) in service_imports(task.module) and "name" not in task.options
            fix = name_task(project, task, wanted) if is_settled else ()
            yield problem_at(task.module, task.options.get("name", task.decorator), _what(task), instead, fix)


def _what(task: TaskDefinition) -> str:
    if task.name is None:
        return f"task {task.function.name} has no name written out as a string"
    return f'the name "{task.name}" is not the task\'s app and service'


RULE = Rule(
    "GR007", "queues, outbox rows and logs know a task by its name alone, and a guessed one breaks on a move", check
)
