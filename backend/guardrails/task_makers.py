"""The ways in which Celery makes a task, told by the origin of a name."""

import re

from guardrails.names import CALLED, UNKNOWN, is_within, without_calls

_MAKERS = frozenset(
    {"task", "shared_task", "register_task", "periodic_task", "_task_from_fun", "connect_on_app_finalize"}
)
TASK_CLASSES = frozenset({"Task", "DjangoTask", "AbortableTask", "PeriodicTask", "create_task_cls()"})

# What stands before `.task`: celery itself, a module of it, or one of the ways to hold an application.
_HOLDERS = frozenset(
    {
        "celery",
        "app",
        "task",
        "base",
        "decorators",
        "registry",
        "_state",
        "Celery",
        "Celery()",
        "current_app",
        "default_app",
        "get_current_app()",
        "_get_current_object()",
        "app_or_default()",
    }
)
_APPLICATION_NAME = re.compile(r"(.*_)?(app|celery)")
_NAMED_FOR_CELERY = re.compile(r"(.*_)?celery\w*")


def is_of_celery(origin: str) -> bool:
    return without_calls(origin.split(".")[0]) == "celery"


def is_task_class(origin: str, own_module: str) -> bool:
    """The base class of tasks, Celery's under any of its names or the project's own."""
    is_own = is_within(origin, own_module) and not origin.endswith(CALLED)
    return is_own or (is_of_celery(origin) and origin.split(".")[-1] in TASK_CLASSES)


def is_task_maker(origin: str) -> bool:
    """A function of Celery that turns something into a task: shared_task, app.task, app.register_task."""
    *before, last = origin.split(".")
    if [*before[-1:], last] == ["tasks", "register"]:
        before, last = before[:-1], "register_task"
    return is_of_celery(origin) and last in _MAKERS and bool(before) and before[-1] in _HOLDERS


def looks_like_task_maker(origin: str) -> bool:
    """The same for an application that cannot be followed, so that only its name tells what it is."""
    *before, last = origin.split(".")
    if last not in _MAKERS or not before or is_of_celery(origin):
        return False
    holder = _APPLICATION_NAME.fullmatch(before[-1].removeprefix(UNKNOWN))
    return holder is not None and (origin.startswith(UNKNOWN) or any(map(_NAMED_FOR_CELERY.fullmatch, before)))


def makes_task(origin: str) -> bool:
    """Whether applying this to a function makes it a task: a maker, or a maker already given its options."""
    return is_task_maker(without_calls(origin))


def may_make_task(origin: str) -> bool:
    return makes_task(origin) or looks_like_task_maker(without_calls(origin))
