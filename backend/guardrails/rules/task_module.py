"""A tasks.py holds tasks, the imports that they need, and nothing else."""

import ast
from collections.abc import Iterator

from guardrails.module import Function, Module
from guardrails.project import Project
from guardrails.rule import Problem, Rule, problem_at
from guardrails.task_definitions import services_of, task_decorator, without_docstring


def check(project: Project) -> Iterator[Problem]:
    for module in project.modules:
        if module.is_tasks:
            yield from _in_module(project, module)


def _in_module(project: Project, module: Module) -> Iterator[Problem]:
    for statement in without_docstring(module.tree.body):
        if isinstance(statement, ast.Import | ast.ImportFrom):
            if not _is_allowed_import(module, statement):
                yield _import_problem(module, statement)
        elif not (isinstance(statement, Function) and task_decorator(project, module, statement)):
            instead = f"move it to {module.app_folder}/{module.configuration.services}.py, or next to it"
            yield problem_at(module, statement, f"{_kind(statement)} stands in tasks.py and is no task", instead)


def _is_allowed_import(module: Module, statement: ast.Import | ast.ImportFrom) -> bool:
    if isinstance(statement, ast.Import):
        return False
    source = module.source_of(statement)
    names = [(alias.name, alias.asname) for alias in statement.names]
    if source == "celery":
        return names == [("shared_task", None)]
    as_it_is = all(name != "*" and other is None for name, other in names)
    return source == services_of(module) and as_it_is


def _import_problem(module: Module, statement: ast.stmt) -> Problem:
    what = f"tasks.py says `{ast.unparse(statement)}`"
    if isinstance(statement, ast.ImportFrom) and statement.module == "typing":
        return problem_at(module, statement, what, "annotate self, and any part of the result, as plain object")
    instead = f"import only shared_task from celery and services by their own name from {services_of(module)}"
    return problem_at(module, statement, what, instead)


def _kind(statement: ast.stmt) -> str:
    if isinstance(statement, Function):
        return f"function {statement.name}"
    if isinstance(statement, ast.ClassDef):
        return f"class {statement.name}"
    return "a statement"


RULE = Rule("GR004", "a tasks.py that holds anything else soon holds logic that only a worker can run", check)
