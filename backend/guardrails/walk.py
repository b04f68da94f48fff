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


def nodes_within(node: ast.AST) -> list[ast.AST]:
    """The node and all below it, outer ones first: what ast.walk gives, without `Load` and its like, and sooner."""
    nodes = [node]
    for each in nodes:  # grows on the way
        _add_children(each, nodes)
    return nodes


def _add_children(node: ast.AST, to: list[ast.AST]) -> None:
    for value in node.__dict__.values():
        if value.__class__ is list:
            to += [item for item in value if isinstance(item, ast.AST)]
        elif isinstance(value, ast.AST) and value._fields:
            to.append(value)
