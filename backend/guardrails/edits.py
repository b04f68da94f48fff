"""Corrections that are safe because nothing else speaks of what they change; empty where that is not so.

A name counts as spoken of wherever it stands as a word in any file: in code, in a string, in a comment.
"""

import ast
import re

from guardrails.module import Module
from guardrails.project import Project
from guardrails.rule import Edit
from guardrails.task_definitions import TaskDefinition

Fix = tuple[Edit, ...]

_OPENING = re.compile(r"\s*\(")


def name_task(project: Project, task: TaskDefinition, name: str) -> Fix:
    """Give a task that has none its explicit name, when nobody can have asked for it by the one it had until now."""
    # The name that it had ends in the function's.
    if _mentions(project, task.function.name) > 1 or _mentions(project, name) > 0:
        return ()
    return _with_keyword(task.module, task.decorator, f'name="{name}"')


def rename_function(project: Project, task: TaskDefinition, name: str) -> Fix:
    """Rename the function of a task that has an explicit name, so that only Celery's own list knows it."""
    if task.name is None or _mentions(project, task.function.name) > 1 or _mentions(project, name) > 0:
        return ()
    end = task.module.source.offset(*_name_end(task))
    return (Edit(task.module.path, end - len(task.function.name), end, name),)


def name_self(task: TaskDefinition, parameter: ast.arg) -> Fix:
    """Rename a bound task's first parameter to self, when the function does not use it."""
    source = task.module.source
    text = source.text[source.start(task.function) : source.end(task.function)]
    if _count(text, parameter.arg) > 1 or _count(text, "self") > 0:
        return ()
    start = source.start(parameter)
    return (Edit(task.module.path, start, start + len(parameter.arg), "self"),)


def _name_end(task: TaskDefinition) -> tuple[int, int]:
    span = task.module.source.span(task.function)
    return span.end_line, span.end_column


def _mentions(project: Project, name: str) -> int:
    return sum(_count(module.source.text, name) for module in project.modules if name in module.source.text)


def _count(text: str, name: str) -> int:
    return len(re.findall(rf"(?<!\w){re.escape(name)}(?!\w)", text))


def _with_keyword(module: Module, decorator: ast.expr, keyword: str) -> Fix:
    """The decorator with one keyword more, set as its first one is."""
    source, path = module.source, module.path
    if not isinstance(decorator, ast.Call):
        end = source.end(decorator)
        return (Edit(path, end, end, f"({keyword})"),)
    opening = _OPENING.match(source.text, source.end(decorator.func))
    if decorator.args or opening is None or any(given.arg is None for given in decorator.keywords):
        return ()
    if not decorator.keywords:
        return (Edit(path, opening.end(), opening.end(), keyword),)
    first = _start_of(module, decorator.keywords[0])
    before = source.text[opening.end() : first]
    separator = before[before.rindex("\n") :] if "\n" in before else " "
    return (Edit(path, first, first, f"{keyword},{separator}"),)


def _start_of(module: Module, keyword: ast.keyword) -> int:
    return module.source.offset(keyword.lineno, module.source.column(keyword.lineno, keyword.col_offset))
