"""The ways in which Celery makes a task, told by the origin of a name."""

import re

from guardrails.origins import CALLED, UNKNOWN

_MAKERS = frozenset({"task", "shared_task", "register_task"})
_TASK_CLASSES = frozenset({"Task", "DjangoTask"})
# Where all tasks have their base class, which is none itself.
BASE_CLASS_MODULE = "delivery.task"

# What stands before `.task`: celery itself or one of the ways to hold an application of it.
_HOLDERS = frozenset(
    {
        "celery",
        "app",
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


def is_celery(origin: str) -> bool:
    return origin.split(".")[0].removesuffix(CALLED) == "celery"


def is_task_class(origin: str) -> bool:
    """The base class of tasks, Celery's under any of its names or the project's own."""
    is_own = origin.startswith(f"{BASE_CLASS_MODULE}.")
    return is_own or (is_celery(origin) and origin.split(".")[-1] in _TASK_CLASSES)


def is_task_maker(origin: str) -> bool:
    """A function of Celery that turns something into a task: shared_task, app.task, app.register_task."""
    *before, last = origin.split(".")
    if [*before[-1:], last] == ["tasks", "register"]:
        before, last = before[:-1], "register_task"
    return is_celery(origin) and last in _MAKERS and bool(before) and before[-1] in _HOLDERS


def looks_like_task_maker(origin: str) -> bool:
    """The same for an application that came in as an argument, so that only its name tells what it is."""
    *before, last = origin.split(".")
    if not origin.startswith(UNKNOWN) or last not in _MAKERS or not before:
        return False
    return _APPLICATION_NAME.fullmatch(before[-1].removeprefix(UNKNOWN)) is not None


def makes_task(origin: str) -> bool:
    """Whether applying this to a function makes it a task: a maker, or a maker already given its options."""
    while origin.endswith(CALLED):
        origin = origin.removesuffix(CALLED)
    return is_task_maker(origin) or looks_like_task_maker(origin)
