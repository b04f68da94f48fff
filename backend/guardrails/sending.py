"""Whether `.delay`, `.apply_async` or `.send_task` is Celery's: told by what stands before it."""

import ast
import re

from guardrails.dotted import last_name
from guardrails.module import Function, Module
from guardrails.names import CALLED, UNKNOWN, is_celery, without_calls
from guardrails.project import Project
from guardrails.task_definitions import task_decorator

DISTINCT = frozenset({"apply_async", "send_task", "delay_on_commit", "apply_async_on_commit"})
SENDS = DISTINCT | {"delay"}

# Libraries with tasks, pools and delays of their own.
_OTHERS = re.compile(
    r"rq|django_rq|rq_scheduler|dramatiq|django_dramatiq|huey|procrastinate|taskiq|arq|faust|django_q|background_task"
    r"|multiprocessing|multiprocess|billiard|gevent|joblib|pathos|ipyparallel|concurrent|dask|rx|reactivex|locust|invoke"
)
_POOL = re.compile(r"(.*_)?(pool|executor|workers)(_.*)?|\w*Pool", re.IGNORECASE)
_TASK = re.compile(r"(.*_)?(tasks?|jobs?|celery|signature|sig)(_.*)?|.*Task")
_APPLICATION = re.compile(r"(.*_)?(app|celery|current_app|application)(\(\))?")


def is_send(project: Project, module: Module, receiver: ast.expr, method: str) -> bool:
    """Whether calling this method of the receiver sends a task, as far as source can tell."""
    verdicts = {_verdict(project, origin, method) for origin in project.origins(module, receiver)}
    if True in verdicts or False in verdicts:
        return True in verdicts
    return _is_likely(project, module, receiver, method)


def is_surely_task(project: Project, module: Module, receiver: ast.expr, method: str) -> bool:
    """Whether it is known to be a task, or at least named like one: enough where it is not called."""
    verdicts = {_verdict(project, origin, method) for origin in project.origins(module, receiver)}
    is_named_so = _TASK.fullmatch(last_name(receiver)) is not None and False not in verdicts
    return True in verdicts or (is_named_so and _is_likely(project, module, receiver, method))


def _verdict(project: Project, origin: str, method: str) -> bool | None:
    """Whether something of this origin sends; None where that cannot be told."""
    if is_celery(origin):
        return True
    if definition := project.definition(origin):
        return _of_definition(project, origin, definition, method)
    if origin.startswith(UNKNOWN):
        return None
    if project.has_module(origin):  # something of the project that could not be followed
        return None
    parts = [without_calls(part) for part in origin.split(".")]
    return _OTHERS.fullmatch(parts[0]) is None and any(map(_TASK.fullmatch, parts))


def _of_definition(
    project: Project, origin: str, definition: tuple[Module, Function | ast.ClassDef], method: str
) -> bool | None:
    module, node = definition
    if isinstance(node, ast.ClassDef):
        return False if _has_method(node, method) or not node.bases else None
    if origin.endswith(CALLED):
        return None
    if task_decorator(project, module, node):
        return True
    # A decorator of the project may hide a task; one from elsewhere is no decorator of Celery.
    hidden = (decorated for each in node.decorator_list for decorated in project.origins(module, each))
    return None if any(project.has_module(one) or one.startswith(UNKNOWN) for one in hidden) else False


def _has_method(node: ast.ClassDef, method: str) -> bool:
    return any(isinstance(statement, Function) and statement.name == method for statement in node.body)


def _is_likely(project: Project, module: Module, receiver: ast.expr, method: str) -> bool:
    """Of something that cannot be followed: by its name, and by what its module and its project use."""
    name = last_name(receiver.func if isinstance(receiver, ast.Call) else receiver)
    if not project.reach or uses_another_queue(project, module):
        return False
    if method == "send_task":
        return _APPLICATION.fullmatch(name) is not None
    return not _POOL.fullmatch(name)


def uses_another_queue(project: Project, module: Module) -> bool:
    """Whether a module uses a library with tasks or delays of its own, and not Celery."""
    roots = {name.partition(".")[0] for imported in project.imports(module) for name in imported.names}
    return "celery" not in roots and any(map(_OTHERS.fullmatch, roots))
