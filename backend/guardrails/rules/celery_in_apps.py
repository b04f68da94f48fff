"""Only tasks.py knows Celery; the rest of an app does not."""

import ast
from collections.abc import Iterator

from guardrails.dotted import last_name
from guardrails.module import Module
from guardrails.names import is_celery
from guardrails.project import Project
from guardrails.rule import Located, Problem, Rule, problem_at


def check(project: Project) -> Iterator[Problem]:
    instead = f"enqueue the task by its name with {project.configuration.enqueue[0]}, or move the wiring out of the app"
    for module in project.modules:
        if not is_business(module):
            continue
        for node, name in [*_imported(project, module), *_fetched(project, module)]:
            yield problem_at(module, node, f"{module.path.name} imports {name.partition('.')[0]}", instead)


def is_business(module: Module) -> bool:
    """Whether the module belongs to an app, or to what apps share, and is neither its tasks nor a test."""
    return module.is_of_apps and not module.is_tasks and not module.in_tests


def _imported(project: Project, module: Module) -> Iterator[tuple[Located, str]]:
    for imported in project.imports(module):
        theirs = (name for name in imported.names if is_celery(name) and not project.has_module(name))
        if name := next(theirs, None):
            yield imported.node, name


def _fetched(project: Project, module: Module) -> Iterator[tuple[Located, str]]:
    """Models by their label, and what is loaded already. What a migration does is another rule's."""
    if "migrations" in module.path.parts:
        return
    nodes: list[ast.Call | ast.Subscript] = [*module.calls_of("get_model", "get_registered_model")]
    nodes += [item for item in module.find(ast.Subscript) if last_name(item.value) == "modules"]
    for node in nodes:
        if name := next(filter(is_celery, sorted(project.origins(module, node))), None):
            yield node, name


RULE = Rule("GR011", "business logic must run and be tested without a queue", check)
