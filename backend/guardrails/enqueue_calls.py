"""The calls by which a project asks for its tasks."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from guardrails.module import Module
from guardrails.project import Project


@dataclass(frozen=True)
class EnqueueCall:
    """A call of `enqueue` whose task's name is written out, or bound to a name of the module."""

    module: Module
    call: ast.Call
    name: ast.expr
    task_name: str

    @property
    def arguments(self) -> ast.Dict | None:
        """The task's arguments, where they are written out."""
        named = [keyword.value for keyword in self.call.keywords if keyword.arg == "kwargs"]
        given = next(iter([*self.call.args[1:2], *named]), None)
        return given if isinstance(given, ast.Dict) else None

    @property
    def keys(self) -> dict[str, ast.expr]:
        """The names of the arguments that can be read, and where they stand."""
        keys = self.arguments.keys if self.arguments else []
        return {text: key for key in keys if key and (text := self.module.text(key)) is not None}

    @property
    def is_whole(self) -> bool:
        """Whether all arguments can be read: none comes by `**` or by a computed key."""
        return self.arguments is not None and len(self.keys) == len(self.arguments.keys)


def enqueue_calls(project: Project) -> Iterator[EnqueueCall]:
    """All but those of tests, which may ask for what they like."""
    for module in project.modules:
        if module.in_tests:
            continue
        for call in module.find(ast.Call):
            name = _task_name(call)
            text = module.text(name)
            enqueues = any(origin.rpartition(".")[2] == "enqueue" for origin in project.origins(module, call.func))
            if name and enqueues and text is not None:
                yield EnqueueCall(module, call, name, text)


def _task_name(call: ast.Call) -> ast.expr | None:
    named = [keyword.value for keyword in call.keywords if keyword.arg == "task_name"]
    return next(iter([*call.args[:1], *named]), None)
