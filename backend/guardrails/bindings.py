"""What a module binds its names to, as written: by import, assignment, class and function definition."""

import ast
from collections.abc import Iterator

from guardrails.module import Module

# A name (or dotted name, or "f()" for what f returns) and what it is bound to:
# an expression of the module, or the dotted name of something imported or defined.
Binding = tuple[str, ast.expr | str]

STAR = "*"


def dotted(expression: ast.expr) -> str | None:
    """`a.b.c` as text, None for anything but names and attributes."""
    if isinstance(expression, ast.Name):
        return expression.id
    if isinstance(expression, ast.Attribute):
        base = dotted(expression.value)
        return f"{base}.{expression.attr}" if base else None
    return None


def bindings(module: Module) -> list[Binding]:
    """Every binding at any depth. Scopes are not told apart: a name means everything it is ever bound to."""
    return [*_imported(module), *_assigned(module), *_defined(module)]


def _imported(module: Module) -> Iterator[Binding]:
    for plain in module.find(ast.Import):
        for alias in plain.names:
            root = alias.name.partition(".")[0]
            yield (alias.asname, alias.name) if alias.asname else (root, root)
    for source in module.find(ast.ImportFrom):
        base = module.absolute(source.module or "", source.level)
        for alias in source.names:
            if alias.name == STAR:
                yield STAR, base
            else:
                yield alias.asname or alias.name, f"{base}.{alias.name}"


def _assigned(module: Module) -> Iterator[Binding]:
    for statement in module.find(ast.Assign):
        for target in statement.targets:
            yield from _pairs(target, statement.value)
    for annotated in module.find(ast.AnnAssign):
        if annotated.value:
            yield from _pairs(annotated.target, annotated.value)
    for walrus in module.find(ast.NamedExpr):
        yield from _pairs(walrus.target, walrus.value)


def _pairs(target: ast.expr, value: ast.expr) -> Iterator[Binding]:
    if isinstance(target, ast.Tuple | ast.List) and isinstance(value, ast.Tuple | ast.List):
        for one, its_value in zip(target.elts, value.elts, strict=False):
            yield from _pairs(one, its_value)
    elif name := dotted(target):
        yield name, value


def _defined(module: Module) -> Iterator[Binding]:
    # A class stands for its bases, so that a subclass of a subclass of Task is still seen as one.
    for definition in module.find(ast.ClassDef):
        for base in definition.bases:
            yield definition.name, base
    for function in module.functions:
        yield function.name, f"{module.name}.{function.name}"
        for node in ast.walk(function):
            if isinstance(node, ast.Return) and node.value:
                yield f"{function.name}()", node.value
