"""The queues and routes of a project, as its settings have them, and where code names a queue."""

import ast
from collections.abc import Iterator

from guardrails.calls import argument
from guardrails.dotted import last_name
from guardrails.module import Module
from guardrails.names import is_celery
from guardrails.pairs import items
from guardrails.project import Project
from guardrails.sending import SENDS, is_send

_QUEUES = frozenset({"CELERY_TASK_QUEUES", "CELERY_QUEUES", "task_queues"})
_ROUTES = frozenset({"CELERY_TASK_ROUTES", "CELERY_ROUTES", "task_routes"})
_DEFAULT = frozenset({"CELERY_TASK_DEFAULT_QUEUE", "CELERY_DEFAULT_QUEUE", "task_default_queue"})
_OF_SENDING = frozenset(
    {"apply_async", "send_task", "shared_task", "task", "signature", "PeriodicTask", "set", "create"}
)


def declared_queues(project: Project) -> frozenset[str]:
    """The names of the queues; nothing where they cannot all be read."""
    if project.configuration.queues:
        return frozenset(project.configuration.queues)
    names: set[str] = set()
    for module, value in _set(project, _QUEUES):
        its_names = _names(project, module, value)
        if its_names is None:
            return frozenset()
        names |= its_names
    return frozenset(names)


def _set(project: Project, settings: frozenset[str]) -> Iterator[tuple[Module, ast.expr]]:
    """What these settings are set to, in the settings' module or on an application's `conf`."""
    for module in project.modules:
        if module.in_tests or not module.has(*settings):
            continue
        for statement in module.find(ast.Assign):
            if any(last_name(target) in settings for target in statement.targets):
                yield module, statement.value
        for annotated in module.find(ast.AnnAssign):
            if annotated.value and last_name(annotated.target) in settings:
                yield module, annotated.value
        for call in module.find(ast.Call):
            yield from ((module, given.value) for given in call.keywords if given.arg in settings)


def _names(project: Project, module: Module, value: ast.expr) -> set[str] | None:
    """The names in `(Queue("a"), Queue("b"))`, `{"a": {...}}`, `tuple(Queue(name) for name in ("a", "b"))`."""
    match value:
        case ast.Call(args=[given]) if last_name(value.func) in {"tuple", "list"}:
            return _names(project, module, given)
        case ast.GeneratorExp(elt=element, generators=[loop]) | ast.ListComp(elt=element, generators=[loop]):
            return _looped(project, module, element, loop)
        case ast.Dict():
            elements = [project.text(module, key) for key in value.keys]
        case ast.Tuple() | ast.List() | ast.Set():
            elements = [_name(project, module, one) for one in value.elts]
        case _:
            return None
    return None if None in elements else {element for element in elements if element}


def _looped(project: Project, module: Module, element: ast.expr, loop: ast.comprehension) -> set[str] | None:
    given = argument(element, 0, "name") if isinstance(element, ast.Call) else None
    if not isinstance(given, ast.Name) or last_name(loop.target) != given.id or loop.ifs:
        return None
    return _names(project, module, project.assigned(module, loop.iter))


def _name(project: Project, module: Module, element: ast.expr) -> str | None:
    if isinstance(element, ast.Call):
        return project.text(module, argument(element, 0, "name"))
    return project.text(module, element)


def routes(project: Project) -> Iterator[tuple[Module, ast.expr, str]]:
    """The patterns of the routes that can be read."""
    for module, value in _set(project, _ROUTES):
        for key in value.keys if isinstance(value, ast.Dict) else ():
            if key and (text := project.text(module, key)) is not None:
                yield module, key, text


def uses(project: Project) -> Iterator[tuple[Module, ast.expr, str]]:
    """Where a queue is named: in routes, as the default, at a task, for one message."""
    for module, node in [*_in_routes(project), *_set(project, _DEFAULT), *_given(project)]:
        if (name := project.text(module, node)) is not None:
            yield module, node, name


def _in_routes(project: Project) -> Iterator[tuple[Module, ast.expr]]:
    for module, value in _set(project, _ROUTES):
        for route in value.values if isinstance(value, ast.Dict) else ():
            if isinstance(route, ast.Dict):
                pairs = items(route)
                yield from ((module, its) for key, its in pairs if key and project.text(module, key) == "queue")
            elif isinstance(route, ast.Constant):
                yield module, route


def _given(project: Project) -> Iterator[tuple[Module, ast.expr]]:
    for module in project.modules:
        if module.in_tests or not module.has("queue"):
            continue
        names = project.aliases(module, _OF_SENDING)
        for call in module.calls(names):
            queue = next((keyword.value for keyword in call.keywords if keyword.arg == "queue"), None)
            if queue and _is_celerys(project, module, call.func):
                yield module, queue


def _is_celerys(project: Project, module: Module, function: ast.expr) -> bool:
    if isinstance(function, ast.Attribute) and function.attr in SENDS:
        return is_send(project, module, function.value, function.attr)
    return any(is_celery(origin) for origin in project.origins(module, function))
