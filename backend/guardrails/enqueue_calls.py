"""The calls by which a project asks for its tasks."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from guardrails.calls import argument
from guardrails.module import Module
from guardrails.pairs import items
from guardrails.project import Project


@dataclass(frozen=True)
class EnqueueCall:
    """A call of the project's function that asks for a task, with the task's name where it can be read."""

    project: Project
    module: Module
    call: ast.Call
    name: ast.expr
    task_name: str | None

    @property
    def arguments(self) -> ast.Dict | None:
        """The task's arguments, where they are written out."""
        given = argument(self.call, 1, "kwargs")
        return given if isinstance(given, ast.Dict) else None

    @property
    def values(self) -> dict[str, tuple[ast.expr, ast.expr]]:
        """The arguments whose names can be read: where the name stands, and the value."""
        given = self.arguments
        pairs = items(given) if given else ()
        texts = [(self.project.text(self.module, key), key, value) for key, value in pairs if key]
        return {text: (key, value) for text, key, value in texts if text is not None}

    @property
    def keys(self) -> dict[str, ast.expr]:
        """The names of the arguments that can be read, and where they stand."""
        return {text: key for text, (key, _value) in self.values.items()}

    @property
    def is_whole(self) -> bool:
        """Whether all arguments can be read: none comes by `**` or by a computed key."""
        return self.arguments is not None and len(self.keys) == len(self.arguments.keys)


def enqueue_calls(project: Project) -> Iterator[EnqueueCall]:
    """All but those of tests, which may ask for what they like."""
    functions = project.configuration.enqueue
    targets = frozenset(functions).union(*map(project.follow, functions))
    last = frozenset(target.rpartition(".")[2] for target in targets)
    for module in project.modules:
        if module.in_tests:
            continue
        names = project.aliases(module, last)
        for call in module.calls(names):
            name = argument(call, 0, "task_name")
            if name and not project.origins(module, call.func).isdisjoint(targets):
                yield EnqueueCall(project, module, call, name, project.text(module, name))
