"""The tasks that a project's `apps/*/tasks.py` define."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from guardrails.module import Function, Module
from guardrails.names import CALLED
from guardrails.project import Project
from guardrails.task_makers import makes_task, may_make_task

SUFFIX = "_task"


@dataclass(frozen=True)
class TaskDefinition:
    """A function at the top of an app's tasks.py with the decorator that makes it a task."""

    module: Module
    app: str
    function: Function
    decorator: ast.expr

    @property
    def options(self) -> dict[str, ast.expr]:
        """The decorator's keyword arguments."""
        if not isinstance(self.decorator, ast.Call):
            return {}
        return {keyword.arg: keyword.value for keyword in self.decorator.keywords if keyword.arg}

    @property
    def name(self) -> str | None:
        """The explicit task name, when it is a literal."""
        name = self.options.get("name")
        return name.value if isinstance(name, ast.Constant) and isinstance(name.value, str) else None

    @property
    def service(self) -> str:
        """The service that the function's own name says it calls."""
        return self.function.name.removesuffix(SUFFIX)

    @property
    def is_bound(self) -> bool:
        bind = self.options.get("bind")
        return isinstance(bind, ast.Constant) and bind.value is True

    @property
    def body(self) -> list[ast.stmt]:
        """The function's statements without its docstring."""
        return without_docstring(self.function.body)

    @property
    def parameters(self) -> list[ast.arg]:
        """All parameters in order but a bound task's first, which is the task itself."""
        given = self.function.args
        named = [*given.posonlyargs, *given.args]
        starred = [argument for argument in (given.vararg, given.kwarg) if argument]
        return [*named[1 if self.is_bound else 0 :], *given.kwonlyargs, *starred]

    @property
    def own_parameter(self) -> ast.arg | None:
        """A bound task's first parameter."""
        first = [*self.function.args.posonlyargs, *self.function.args.args][:1]
        return first[0] if self.is_bound and first else None


def without_docstring(body: list[ast.stmt]) -> list[ast.stmt]:
    return body[1:] if body and is_docstring(body[0]) else body


def is_docstring(statement: ast.stmt) -> bool:
    if not isinstance(statement, ast.Expr) or not isinstance(statement.value, ast.Constant):
        return False
    return isinstance(statement.value.value, str)


def task_definitions(project: Project) -> Iterator[TaskDefinition]:
    for module in project.modules:
        if module.is_tasks:
            yield from filter(None, (task_of(project, module, statement) for statement in module.tree.body))


def task_of(project: Project, module: Module, node: ast.stmt) -> TaskDefinition | None:
    """The task that a statement of a module defines, if it is one."""
    if not (module.is_tasks and module.app and isinstance(node, Function) and node in module.tree.body):
        return None
    decorator = task_decorator(project, module, node)
    return TaskDefinition(module, module.app, node, decorator) if decorator else None


def task_decorator(project: Project, module: Module, function: Function) -> ast.expr | None:
    """The decorator that makes the function a task, if there is one."""
    for decorator in function.decorator_list:
        origins = project.origins(module, decorator)
        if any(map(may_make_task, origins)) or any(map(makes_task, given_by(project, origins))):
            return decorator
    return None


def given_by(project: Project, origins: frozenset[str]) -> frozenset[str]:
    """What applying a decorator gives, where it is a function or a class of the project."""
    return frozenset().union(*(project.follow(origin + CALLED) for origin in origins if project.definition(origin)))


def services_of(module: Module) -> str:
    """The dotted name of the services of the module's own app."""
    return f"{module.app_package}.{module.configuration.services}"


def service_imports(task_module: Module) -> frozenset[str]:
    """The names that a tasks.py imports from its own app's services."""
    own = services_of(task_module)
    return frozenset(
        alias.asname or alias.name
        for source in task_module.find(ast.ImportFrom)
        if task_module.source_of(source) == own
        for alias in source.names
    )
