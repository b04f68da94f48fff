"""Every import of a module: statements at any depth and calls such as `import_module("x.y")`."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from guardrails.module import Module
from guardrails.origins import imported_by_call
from guardrails.project import Project


@dataclass(frozen=True)
class Imported:
    """One import: the dotted names that it brings in (with the imported attribute, as in `celery.shared_task`)."""

    names: tuple[str, ...]
    node: ast.stmt | ast.expr


def imports(project: Project, module: Module) -> Iterator[Imported]:
    for plain in module.find(ast.Import):
        yield Imported(tuple(alias.name for alias in plain.names), plain)
    for source in module.find(ast.ImportFrom):
        base = module.absolute(source.module or "", source.level)
        yield Imported(tuple(f"{base}.{alias.name}" for alias in source.names), source)
    for call in module.find(ast.Call):
        if name := imported_by_call(module, call, project.origins(module, call.func)):
            yield Imported((name,), call)


def is_within(name: str, package: str) -> bool:
    """Whether a dotted name is the package or lies under it."""
    return name == package or name.startswith(f"{package}.")
