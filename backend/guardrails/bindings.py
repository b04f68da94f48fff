"""What each scope of a module binds its names to, as written."""

import ast
from collections.abc import Iterator

from guardrails.dotted import dotted
from guardrails.module import Module
from guardrails.pairs import defaults
from guardrails.scopes import ElementOf, InstanceOf, PartOf, Scope, Value, place_of, scopes_of

STAR = "*"
Binding = tuple[str, Value]


def bound_scopes(module: Module) -> Scope:
    """The scope of the module, with those within it and all their names."""
    top = scopes_of(module)
    taken: list[ast.Global | ast.Nonlocal] = [*module.find(ast.Global), *module.find(ast.Nonlocal)]
    for node in taken:
        scope = top.innermost(place_of(node))
        scope.outside.update(dict.fromkeys(node.names, isinstance(node, ast.Global)))
    for imported in module.find(ast.ImportFrom):
        if any(alias.name == STAR for alias in imported.names):
            base = module.source_of(imported)
            top.innermost(place_of(imported)).stars.append(base)
    _bind_parameters(top)
    # Attributes last: they belong where the name before them is bound.
    for place, name, value in sorted(_bindings(module), key=lambda binding: "." in binding[1]):
        scope = top.innermost(place)
        _home(scope, name).names[name].append(value)
    return top


def _home(scope: Scope, name: str) -> Scope:
    """Where a name that is bound in this scope belongs."""
    root, dot, _rest = name.partition(".")
    if dot and root in {"self", "cls"}:
        return scope.enclosing_class() or scope.module
    if dot:
        return scope.binding(root) or scope.module
    if root in scope.outside and scope.parent:
        return scope.module if scope.outside[root] else scope.parent
    return scope


def _bindings(module: Module) -> Iterator[tuple[tuple[int, int], str, Value]]:
    for node, pairs in [*_imported(module), *_assigned(module), *_taken(module), *_defined(module)]:
        place = place_of(node)
        for name, value in pairs:
            yield place, name, value


def _imported(module: Module) -> Iterator[tuple[ast.AST, list[Binding]]]:
    for plain in module.find(ast.Import):
        roots = [(alias.asname, alias.name.partition(".")[0], alias.name) for alias in plain.names]
        yield plain, [(name, whole) if name else (root, root) for name, root, whole in roots]
    for source in module.find(ast.ImportFrom):
        base = module.source_of(source)
        aliases = [alias for alias in source.names if alias.name != STAR]
        yield source, [(alias.asname or alias.name, f"{base}.{alias.name}") for alias in aliases]


def _assigned(module: Module) -> Iterator[tuple[ast.AST, list[Binding]]]:
    for statement in module.find(ast.Assign):
        yield statement, [pair for target in statement.targets for pair in _pairs(target, statement.value)]
    for annotated in module.find(ast.AnnAssign):
        value: Value = annotated.value or InstanceOf(annotated.annotation)
        yield annotated, list(_pairs(annotated.target, value))
    for walrus in module.find(ast.NamedExpr):
        yield walrus, list(_pairs(walrus.target, walrus.value))


def _taken(module: Module) -> Iterator[tuple[ast.AST, list[Binding]]]:
    """Names that loops, `with`, `except` and `match` bind."""
    loops: list[ast.For | ast.AsyncFor] = [*module.find(ast.For), *module.find(ast.AsyncFor)]
    for loop in loops:
        yield loop, list(_pairs(loop.target, ElementOf(loop.iter)))
    for comprehension in module.find(ast.comprehension):
        target = comprehension.target
        yield target, list(_pairs(target, ElementOf(comprehension.iter)))
    blocks: list[ast.With | ast.AsyncWith] = [*module.find(ast.With), *module.find(ast.AsyncWith)]
    for block in blocks:
        opened = [(item.optional_vars, item.context_expr) for item in block.items]
        yield block, [pair for target, value in opened if target for pair in _pairs(target, value)]
    for handler in module.find(ast.ExceptHandler):
        yield handler, [(handler.name, None)] if handler.name else []
    captures: list[ast.MatchAs | ast.MatchStar] = [*module.find(ast.MatchAs), *module.find(ast.MatchStar)]
    for capture in captures:
        yield capture, [(capture.name, None)] if capture.name else []


def _pairs(target: ast.expr, value: Value) -> Iterator[Binding]:
    if isinstance(target, ast.Starred):
        yield from _pairs(target.value, None)
    elif isinstance(target, ast.Tuple | ast.List):
        for one, its_value in zip(target.elts, _parts(value, len(target.elts)), strict=True):
            yield from _pairs(one, its_value)
    elif isinstance(target, ast.Subscript):
        # What a container is given it has: as if it were written with that one element.
        if (name := dotted(target.value)) and isinstance(value, ast.expr):
            yield name, ast.Tuple([value], ast.Load())
    elif name := dotted(target):
        yield name, value


def _parts(value: Value, count: int) -> list[Value]:
    if isinstance(value, ast.Tuple | ast.List) and len(value.elts) == count:
        return [*value.elts]
    if isinstance(value, ElementOf):
        return [PartOf(value.container, place) for place in range(count)]
    return [None] * count


def _defined(module: Module) -> Iterator[tuple[ast.AST, list[Binding]]]:
    for definition in [*module.functions, *module.find(ast.ClassDef)]:
        yield definition, [(definition.name, definition)]


def _bind_parameters(scope: Scope) -> None:
    if isinstance(scope.node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
        for name, value in _parameters(scope.node.args):
            scope.names[name].append(value)
    for child in scope.children:
        _bind_parameters(child)


def _parameters(given: ast.arguments) -> Iterator[Binding]:
    for parameter in [*given.posonlyargs, *given.args, *given.kwonlyargs]:
        yield parameter.arg, InstanceOf(parameter.annotation) if parameter.annotation else None
    yield from ((parameter.arg, default) for parameter, default in defaults(given))
    for starred in (given.vararg, given.kwarg):
        if starred:
            yield starred.arg, None
