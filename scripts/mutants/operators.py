"""The small changes that mutation testing makes to source, one at a time: those of cosmic-ray, none to types."""

import ast
from collections.abc import Callable, Iterator
from copy import copy
from typing import TypeVar

FAMILIES: tuple[tuple[type[ast.cmpop], ...], ...] = (
    (ast.Eq, ast.NotEq, ast.Lt, ast.LtE, ast.Gt, ast.GtE),
    (ast.Is, ast.IsNot),
    (ast.In, ast.NotIn),
)
BINARY: dict[type[ast.operator], tuple[type[ast.operator], ...]] = {
    ast.Add: (ast.Sub, ast.Mult),
    ast.Sub: (ast.Add, ast.BitOr),
    ast.Mult: (ast.Add, ast.FloorDiv),
    ast.Div: (ast.Mult,),
    ast.FloorDiv: (ast.Mult,),
    ast.Mod: (ast.Add,),
    ast.BitOr: (ast.BitAnd, ast.Sub),
    ast.BitAnd: (ast.BitOr, ast.Sub),
}
# Those of Python and of ast; all others start with a capital letter.
SMALL_TYPES = frozenset({"bool", "bytes", "dict", "float", "frozenset", "int", "list", "set", "str", "tuple"})
SMALL_TYPES |= {"arg", "expr", "keyword", "stmt"}

Node = TypeVar("Node", bound=ast.AST)


def changes(node: ast.AST) -> Iterator[ast.AST]:
    """What may stand in place of the node."""
    operator = OPERATORS.get(type(node))
    return operator(node) if operator else iter(())


def _compared(node: ast.Compare) -> Iterator[ast.AST]:
    for at, operator in enumerate(node.ops):
        family = next(family for family in FAMILIES if type(operator) in family)
        others = [other for other in family if other is not type(operator)]
        yield from (_with(node, ops=[*node.ops[:at], other(), *node.ops[at + 1 :]]) for other in others)


def _calculated(node: ast.BinOp | ast.AugAssign) -> Iterator[ast.AST]:
    if not is_union(node):
        yield from (_with(node, op=other()) for other in BINARY.get(type(node.op), ()))


def _joined(node: ast.BoolOp) -> Iterator[ast.AST]:
    yield _with(node, op=ast.Or() if isinstance(node.op, ast.And) else ast.And())


def _unary(node: ast.UnaryOp) -> Iterator[ast.AST]:
    if isinstance(node.op, ast.Not | ast.USub):
        yield node.operand


def _constant(node: ast.Constant) -> Iterator[ast.AST]:
    if isinstance(node.value, bool):
        yield _with(node, value=not node.value)
    elif isinstance(node.value, int):
        yield from (_with(node, value=node.value + step) for step in (1, -1))


def _continued(node: ast.Break) -> Iterator[ast.AST]:
    yield ast.copy_location(ast.Continue(), node)


def _broken_off(node: ast.Continue) -> Iterator[ast.AST]:
    yield ast.copy_location(ast.Break(), node)


def _returned(node: ast.Return) -> Iterator[ast.AST]:
    if node.value and not (isinstance(node.value, ast.Constant) and node.value.value is None):
        yield _with(node, value=None)


def _caught(node: ast.ExceptHandler) -> Iterator[ast.AST]:
    if node.type:
        yield _with(node, type=ast.Tuple([], ast.Load()))


def _tested(node: ast.If | ast.IfExp | ast.While) -> Iterator[ast.AST]:
    if not _is_not(node.test):
        yield _with(node, test=ast.UnaryOp(ast.Not(), node.test))


def _looped(node: ast.For) -> Iterator[ast.AST]:
    yield _with(node, iter=ast.Tuple([], ast.Load()))


def _filtered(node: ast.comprehension) -> Iterator[ast.AST]:
    for at, condition in enumerate(node.ifs):
        if not _is_not(condition):
            yield _with(node, ifs=[*node.ifs[:at], ast.UnaryOp(ast.Not(), condition), *node.ifs[at + 1 :]])


def _decorated(node: ast.FunctionDef | ast.ClassDef) -> Iterator[ast.AST]:
    decorators = node.decorator_list
    for at in range(len(decorators)):
        yield _with(node, decorator_list=decorators[:at] + decorators[at + 1 :])


OPERATORS: dict[type[ast.AST], Callable[..., Iterator[ast.AST]]] = {
    ast.Compare: _compared,
    ast.BinOp: _calculated,
    ast.AugAssign: _calculated,
    ast.BoolOp: _joined,
    ast.UnaryOp: _unary,
    ast.Constant: _constant,
    ast.Break: _continued,
    ast.Continue: _broken_off,
    ast.Return: _returned,
    ast.ExceptHandler: _caught,
    ast.If: _tested,
    ast.IfExp: _tested,
    ast.While: _tested,
    ast.For: _looped,
    ast.comprehension: _filtered,
    ast.FunctionDef: _decorated,
    ast.ClassDef: _decorated,
}


def is_union(node: ast.AST) -> bool:
    """Whether it is a type written as `X | Y`."""
    return isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr) and _is_type(node.left)


def _is_type(node: ast.expr) -> bool:
    match node:
        case ast.BinOp():
            return is_union(node)
        case ast.Subscript():
            return _is_type(node.value)
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name in SMALL_TYPES or (name[0].isupper() and not name.isupper())
        case _:
            return False


def _with(node: Node, **fields: object) -> Node:
    changed = copy(node)
    for name, value in fields.items():
        setattr(changed, name, value)
    return changed


def _is_not(node: ast.expr) -> bool:
    """Leaving the `not` out is the same change."""
    return isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not)
