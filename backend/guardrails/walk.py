"""Goes over a syntax tree once, level by level."""

import ast
from collections import defaultdict
from collections.abc import Mapping

# Deeper trees are refused: whoever follows them by recursion would run out of stack.
DEEPEST = 1000


class TooDeep(ValueError):
    """The source is nested too deeply to be checked."""


def by_kind(tree: ast.AST) -> Mapping[type[ast.AST], list[ast.AST]]:
    """All nodes by their exact kind, outer ones first; those without a place (`Load`, `Add`) are left out."""
    nodes: dict[type[ast.AST], list[ast.AST]] = defaultdict(list)
    level: list[ast.AST] = [tree]
    for _ in range(DEEPEST):
        below: list[ast.AST] = []
        for node in level:
            nodes[node.__class__].append(node)
            _add_children(node, below)
        if not below:
            return dict(nodes)
        level = below
    raise TooDeep(f"it is nested in more than {DEEPEST} levels")


def _add_children(node: ast.AST, to: list[ast.AST]) -> None:
    for field in _FIELDS[node.__class__]:
        value = getattr(node, field, None)
        if value.__class__ is list:
            to += filter(None, value)  # some lists of nodes have gaps
        elif isinstance(value, ast.AST):
            to.append(value)


class _Fields(dict[type[ast.AST], tuple[str, ...]]):
    """For each kind of node the fields that may hold others. All nodes are gone over, so it counts to ask no more."""

    def __missing__(self, kind: type[ast.AST]) -> tuple[str, ...]:
        fields = () if kind in _LEAVES else tuple(field for field in kind._fields if field not in _NO_NODES)
        self[kind] = fields
        return fields


_LEAVES = frozenset({ast.Name, ast.Constant, ast.Global, ast.Nonlocal})
_NO_NODES = frozenset(
    {"arg", "asname", "attr", "conversion", "ctx", "is_async", "kind", "kwd_attrs", "level", "module", "op", "ops"}
    | {"rest", "simple", "type_comment", "type_ignores"}
)
_FIELDS = _Fields()
