"""No task exists outside `apps/*/tasks.py`, whichever of Celery's ways makes it."""

import ast
from collections.abc import Iterator

from guardrails.bindings import dotted
from guardrails.module import Module
from guardrails.project import Project
from guardrails.rule import Located, Problem, Rule, problem_at
from guardrails.task_makers import BASE_CLASS_MODULE, is_task_class, is_task_maker, makes_task

INSTEAD = "put the logic in a service and a thin @shared_task for it in apps/<app>/tasks.py"


def check(project: Project) -> Iterator[Problem]:
    for module in project.modules:
        if not module.is_tasks:
            yield from _in_module(project, module)


def _in_module(project: Project, module: Module) -> Iterator[Problem]:
    places = [*_applied(project, module), *_referred(project, module), *_subclassed(project, module)]
    # A decorator with arguments is seen both as a decorator and as a call: one finding is enough.
    for _, place in sorted({(node.lineno, node.col_offset): node for node in places}.items()):
        yield problem_at(module, place, "a task is made here, outside apps/*/tasks.py", INSTEAD)


def _applied(project: Project, module: Module) -> Iterator[Located]:
    """Decorators, and calls of anything that makes tasks."""
    for decorated in [*module.functions, *module.find(ast.ClassDef)]:
        for decorator in decorated.decorator_list:
            if any(makes_task(origin) for origin in project.origins(module, decorator)):
                yield decorator
    for call in module.find(ast.Call):
        if any(makes_task(origin) for origin in project.origins(module, call.func)):
            yield call


def _referred(project: Project, module: Module) -> Iterator[Located]:
    """Any other use of a task maker, such as storing it in a variable or handing it on."""
    attributes = module.find(ast.Attribute)
    inner = {id(attribute.value) for attribute in attributes}
    nodes: list[ast.Name | ast.Attribute] = [*module.find(ast.Name), *attributes]
    for node in nodes:
        used = id(node) not in inner and isinstance(node.ctx, ast.Load) and dotted(node)
        if used and any(is_task_maker(origin) for origin in project.origins(module, node)):
            yield node


def _subclassed(project: Project, module: Module) -> Iterator[Located]:
    for definition in module.find(ast.ClassDef) if module.name != BASE_CLASS_MODULE else []:
        if _has_task(project, module, definition.bases):
            yield definition
    for call in module.find(ast.Call):
        bases = call.args[1] if dotted(call.func) == "type" and len(call.args) == 3 else None
        if isinstance(bases, ast.Tuple) and _has_task(project, module, bases.elts):
            yield call


def _has_task(project: Project, module: Module, bases: list[ast.expr]) -> bool:
    return any(is_task_class(origin) for base in bases for origin in project.origins(module, base))


RULE = Rule("GR003", "tasks are looked for, routed and reviewed in that one place", check)
