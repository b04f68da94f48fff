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
            for value in node.__dict__.values():
                if value.__class__ is list:
                    below += [item for item in value if isinstance(item, ast.AST)]
                elif isinstance(value, ast.AST) and value._fields:
                    below.append(value)
        if not below:
            return dict(nodes)
        level = below
    raise TooDeep(f"it is nested in more than {DEEPEST} levels")
