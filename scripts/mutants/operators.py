"""The small changes that mutation testing makes to source, one at a time: those of cosmic-ray, none to types."""

import ast
from collections.abc import Iterator
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
BUILT_IN_TYPES = frozenset({"bool", "bytes", "dict", "float", "frozenset", "int", "list", "set", "str", "tuple"})

Node = TypeVar("Node", bound=ast.AST)


def changes(node: ast.AST) -> Iterator[ast.AST]:
    """What may stand in place of the node."""
    match node:
        case ast.Compare(ops=ops):
            for at, operator in enumerate(ops):
                family = next(family for family in FAMILIES if type(operator) in family)
                for other in family:
                    if other is not type(operator):
                        yield _with(node, ops=[*ops[:at], other(), *ops[at + 1 :]])
        case ast.BinOp() | ast.AugAssign():
            if not (isinstance(node, ast.BinOp) and is_union(node)):
                yield from (_with(node, op=other()) for other in BINARY.get(type(node.op), ()))
        case ast.BoolOp(op=operator):
            yield _with(node, op=ast.Or() if isinstance(operator, ast.And) else ast.And())
        case ast.UnaryOp(op=ast.Not() | ast.USub()):
            yield node.operand
        case ast.Constant(value=bool(value)):
            yield _with(node, value=not value)
        case ast.Constant(value=int(value)):
            yield from (_with(node, value=value + step) for step in (1, -1))
        case ast.Break():
            yield ast.copy_location(ast.Continue(), node)
        case ast.Continue():
            yield ast.copy_location(ast.Break(), node)
        case ast.Return(value=ast.expr(lineno=line)) if line and not _is_none(node.value):
            yield _with(node, value=None)
        case ast.ExceptHandler(type=ast.expr()):
            yield _with(node, type=ast.Tuple([], ast.Load()))
        case _:
            yield from _of_block(node)


def _of_block(node: ast.AST) -> Iterator[ast.AST]:
    match node:
        case ast.If() | ast.IfExp() | ast.While() | ast.Assert():
            if not _is_not(node.test):
                yield _with(node, test=ast.UnaryOp(ast.Not(), node.test))
        case ast.For(iter=ast.expr()):
            yield _with(node, iter=ast.Tuple([], ast.Load()))
        case ast.comprehension(ifs=conditions):
            for at, condition in enumerate(conditions):
                if not _is_not(condition):
                    yield _with(node, ifs=[*conditions[:at], ast.UnaryOp(ast.Not(), condition), *conditions[at + 1 :]])
        case ast.FunctionDef(decorator_list=decorators) | ast.ClassDef(decorator_list=decorators):
            for at in range(len(decorators)):
                yield _with(node, decorator_list=decorators[:at] + decorators[at + 1 :])
        case _:
            pass


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
            return name in BUILT_IN_TYPES or (name[0].isupper() and not name.isupper())
        case _:
            return False


def _with(node: Node, **fields: object) -> Node:
    changed = copy(node)
    for name, value in fields.items():
        setattr(changed, name, value)
    return changed


def _is_none(node: ast.expr | None) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _is_not(node: ast.expr) -> bool:
    """Leaving the `not` out is the same change."""
    return isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not)
