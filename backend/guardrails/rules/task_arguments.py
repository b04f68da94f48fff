"""A task takes ids and nothing else."""

import ast
import re
from collections.abc import Iterator

from guardrails.project import Project
from guardrails.rule import Problem, Rule, problem_at
from guardrails.task_definitions import TaskDefinition, task_definitions

_ID = re.compile(r"id|.+_ids?")


def check(project: Project) -> Iterator[Problem]:
    for task in task_definitions(project):
        own = task.own_parameter
        if task.is_bound and (own is None or own.arg != "self"):
            what = f"bound task {task.function.name} does not take itself as `self`"
            yield problem_at(task.module, own or task.function, what, "name its first parameter self")
        for parameter in task.parameters:
            if not _is_id(task, parameter):
                what = f"task {task.function.name} takes `{parameter.arg}`"
                instead = "take the id (id, *_id or *_ids) and let the service load what it names"
                yield problem_at(task.module, parameter, what, instead)


def _is_id(task: TaskDefinition, parameter: ast.arg) -> bool:
    starred = parameter in (task.function.args.vararg, task.function.args.kwarg)
    return not starred and _ID.fullmatch(parameter.arg) is not None


RULE = Rule("GR009", "anything but an id is stale by the time that the message is read", check)
