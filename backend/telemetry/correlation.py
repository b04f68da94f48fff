"""The id that everything has in common that goes back to one request: its log lines, tasks, e-mails and webhooks."""

import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeGuard

# It stands in headers, log lines and addresses of pages as it is: nothing in it has to be escaped anywhere.
LONGEST = 64
_FORM = re.compile(rf"[A-Za-z0-9._-]{{1,{LONGEST}}}")

_current: ContextVar[str] = ContextVar("correlation_id", default="")
_task: ContextVar[tuple[str, str] | None] = ContextVar("task", default=None)


def current() -> str:
    """The id of what is being done; empty outside of everything that has one."""
    return _current.get()


def ensure() -> str:
    """The same; where there is none, a new one that holds from now on: a command is one piece of work."""
    if not (found := _current.get()):
        _current.set(found := new())
    return found


def new() -> str:
    """A random one."""
    return uuid.uuid4().hex


def is_well_formed(text: object) -> TypeGuard[str]:
    """Whether an id from outside may be taken over: 1 to 64 letters, digits, dots, hyphens and underscores."""
    return isinstance(text, str) and _FORM.fullmatch(text) is not None


@contextmanager
def use(correlation_id: str) -> Iterator[str]:
    """Within the block it is the current one."""
    token = _current.set(correlation_id)
    try:
        yield correlation_id
    finally:
        _current.reset(token)


def current_task() -> tuple[str, str] | None:
    """Id and name of the task that is being done, if any."""
    return _task.get()


@contextmanager
def use_task(task_id: str, task_name: str) -> Iterator[None]:
    """Within the block that task is done."""
    token = _task.set((task_id, task_name))
    try:
        yield
    finally:
        _task.reset(token)
