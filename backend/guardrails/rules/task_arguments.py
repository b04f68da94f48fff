"""A task takes ids and nothing else."""

import ast
import re
from collections.abc import Iterator

from guardrails.edits import name_self
from guardrails.project import Project
from guardrails.rule import Problem, Rule, problem_at
from guardrails.task_definitions import TaskDefinition, task_definitions

# Many a Django project calls an id by its other name.
_ID = re.compile(r"(.+_)?(id|pk)s?")
# What an id can be written as; anything else that an annotation names is no id.
_TYPES = frozenset({"int", "str", "UUID", "uuid", "None", "list", "tuple", "Sequence", "Iterable", "Optional", "Union"})
_AROUND = frozenset({"typing", "t", "collections", "abc", "builtins", "Literal", "Annotated", "object", "Any"})


def check(project: Project) -> Iterator[Problem]:
    for task in task_definitions(project):
        own = task.own_parameter
        if task.is_bound and (own is None or own.arg != "self"):
            what = f"bound task {task.function.name} does not take itself as `self`"
            fix = name_self(task, own) if own else ()
            yield problem_at(task.module, own or task.function, what, "name its first parameter self", fix)
        for parameter in task.parameters:
            if not _is_id(task, parameter):
                what = f"task {task.function.name} takes `{parameter.arg}`"
                instead = "take the id (id, *_id or *_ids) and let the service load what it names"
                yield problem_at(task.module, parameter, what, instead)
            elif type_name := _no_type_of_ids(parameter.annotation):
                what = f"task {task.function.name} takes `{parameter.arg}` as {type_name}"
                instead = f"write `{parameter.arg}: int` and let the service load what it names"
                yield problem_at(task.module, parameter, what, instead)


def _is_id(task: TaskDefinition, parameter: ast.arg) -> bool:
    starred = parameter in (task.function.args.vararg, task.function.args.kwarg)
    return not starred and _ID.fullmatch(parameter.arg) is not None


def _no_type_of_ids(annotation: ast.expr | None) -> str | None:
    """The name in an annotation that is no type of an id."""
    for node in ast.walk(annotation) if annotation else ():
        name = node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else None
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            name = next((word for word in re.findall(r"\w+", node.value) if word not in _TYPES | _AROUND), None)
        if name and name not in _TYPES | _AROUND:
            return name
    return None


RULE = Rule("GR009", "anything but an id is stale by the time that the message is read", check)
