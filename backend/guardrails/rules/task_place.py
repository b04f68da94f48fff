"""No task exists outside `apps/*/tasks.py`, whichever of Celery's ways makes it."""

import ast
import re
from collections.abc import Iterator

from guardrails.dotted import dotted, last_name
from guardrails.module import Module
from guardrails.names import CALLED, is_within, without_calls
from guardrails.project import Project
from guardrails.rule import Located, Problem, Rule, problem_at
from guardrails.sending import uses_another_queue
from guardrails.task_makers import (
    TASK_CLASSES,
    is_of_celery,
    is_task_class,
    is_task_maker,
    looks_like_task_maker,
    makes_task,
)
from guardrails.words import as_name, is_attribute, may_mean

# The words of makers (guardrails.words): `task` is also a plain name, so that it counts as an attribute.
_MAKERS = ("shared_task", "register_task", "periodic_task", "_task_from_fun", "connect_on_app_finalize")
_OLD = frozenset({"celery.task.task", "celery.task.*", "celery.decorators.task", "celery.decorators.*"})
# Of an application that a file is given, as it does not lead to Celery itself: `app.task`, `getattr(app, "task")`.
_WORDS = re.compile(r"\.\s*\w*task\b|tasks\s*\.|[\"']\w*task\w*[\"']|getattr")


def check(project: Project) -> Iterator[Problem]:
    place = project.configuration.tasks_place
    instead = f"put the logic in a service and a thin @shared_task for it in {place}"
    makers = frozenset({*_MAKERS, ".task", *_functions_of_old(project)})
    classes = _base_names(project)
    for module in project.modules:
        if not module.is_tasks and project.concerns(module, _WORDS):
            names = project.aliases(module, makers) | {".register"}
            for node in _in_module(project, module, names, project.aliases(module, classes)):
                yield problem_at(module, node, f"a task is made here, outside {place.replace('<app>', '*')}", instead)


def _functions_of_old(project: Project) -> list[str]:
    """`from celery.task import task`, as it once was."""
    imported = (one for module in project.modules for one in project.imports(module))
    names = {name for one in imported for name in one.names if is_of_celery(name)}
    return ["task"] if names & _OLD else []


def _in_module(project: Project, module: Module, names: frozenset[str], classes: frozenset[str]) -> list[Located]:
    places = [*_decorated(project, module, names), *_called(project, module, names)]
    places += _referred(project, module, names)
    places += [*_subclassed(project, module, classes), *_put(project, module)]
    # A decorator with arguments is seen both as a decorator and as a call: one finding is enough.
    return [node for _, node in sorted({(node.lineno, node.col_offset): node for node in places}.items())]


def _decorated(project: Project, module: Module, names: frozenset[str]) -> Iterator[Located]:
    for definition in [*module.functions, *module.find(ast.ClassDef)]:
        for decorator in definition.decorator_list:
            if not may_mean(decorator, names):
                continue
            origins = project.origins(module, decorator)
            # A function of the project that gives a task when it is applied.
            given = {
                made for origin in origins if project.definition(origin) for made in project.follow(origin + CALLED)
            }
            if any(map(makes_task, origins | given)) or _looks_so(project, module, origins):
                yield decorator


def _looks_so(project: Project, module: Module, origins: frozenset[str]) -> bool:
    unknown = [without_calls(origin) for origin in origins if not project.definition(origin)]
    likely = any(map(looks_like_task_maker, unknown))
    return likely and bool(project.reach) and not uses_another_queue(project, module)


def _called(project: Project, module: Module, names: frozenset[str]) -> Iterator[Located]:
    for call in module.calls(names):
        origins = project.origins(module, call.func)
        given_function = bool(call.args) and isinstance(call.args[0], ast.Name | ast.Attribute | ast.Lambda)
        if any(map(makes_task, origins)) or (given_function and _looks_so(project, module, origins)):
            yield call


def _referred(project: Project, module: Module, names: frozenset[str]) -> Iterator[Located]:
    """Any other use of a task maker, such as storing it in a variable or handing it on."""
    if module not in project.reach:  # here only Celery's own count
        return
    attributes = frozenset(map(as_name, filter(is_attribute, names)))
    nodes: list[ast.Name | ast.Attribute] = [*module.names(names), *module.attributes(attributes)]
    found = [node for node in nodes if isinstance(node.ctx, ast.Load)]
    inner = {id(attribute.value) for attribute in module.find(ast.Attribute)} if found else ()
    for node in found:
        is_used = id(node) not in inner
        if is_used and dotted(node) and any(map(is_task_maker, project.origins(module, node))):
            yield node


def _subclassed(project: Project, module: Module, classes: frozenset[str]) -> Iterator[Located]:
    if is_within(module.name, project.configuration.task_base):
        return
    for definition in module.find(ast.ClassDef):
        if _has_task(project, module, definition.bases, classes):
            yield definition
    for call in module.calls_of("type", "new_class"):
        if len(call.args) > 1:
            bases = call.args[1]
            if isinstance(bases, ast.Tuple) and _has_task(project, module, bases.elts, classes):
                yield call


def _has_task(project: Project, module: Module, bases: list[ast.expr], classes: frozenset[str]) -> bool:
    own = project.configuration.task_base
    likely = (base for base in bases if may_mean(base, classes))
    return any(is_task_class(origin, own) for base in likely for origin in project.origins(module, base))


def _base_names(project: Project) -> frozenset[str]:
    """The words of base classes: Celery's, and all that the module of the project's own has."""
    own = [module for module in project.modules if is_within(module.name, project.configuration.task_base)]
    classes = {definition.name for module in own for definition in module.find(ast.ClassDef)}
    named = {name.id for module in own for name in module.find(ast.Name) if isinstance(name.ctx, ast.Store)}
    return frozenset(name.removesuffix(CALLED) for name in TASK_CLASSES | classes | named)


def _put(project: Project, module: Module) -> Iterator[Located]:
    """`app.tasks["name"] = ...`"""
    for item in module.find(ast.Subscript):
        is_put = isinstance(item.ctx, ast.Store) and last_name(item.value) == "tasks"
        if is_put and any(map(is_of_celery, project.origins(module, item.value))):
            yield item


RULE = Rule("GR003", "tasks are looked for, routed and reviewed in that one place", check)
