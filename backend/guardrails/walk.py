"""Goes over a syntax tree once, level by level."""

import ast
from collections import defaultdict
from collections.abc import Mapping

# Deeper trees are refused: whoever follows them by recursion would run out of stack.
DEEPEST = 1000


class TooDeep(ValueError):
    """The source is nested too deeply to be checked."""


def by_kind(tree: ast.AST) -> Mapping[type, list[ast.AST]]:
    """All nodes by their exact kind, outer ones first; those without a place (`Load`, `Add`) are left out.

    All nodes of a project pass here, so nothing is asked of one that need not be: where a field holds none, what it
    holds (None, a name) is put by its own kind, for which nobody asks.
    """
    nodes: dict[type, list[ast.AST]] = defaultdict(list)
    level: list[ast.AST] = [tree]
    for _ in range(DEEPEST):
        below: list[ast.AST] = []
        for node in level:
            kind = node.__class__
            nodes[kind].append(node)
            for field in _FIELDS[kind]:
                value = getattr(node, field)
                if value.__class__ is list:
                    below += value
                else:
                    below.append(value)
        if not below:
            return dict(nodes)
        level = below
    raise TooDeep(f"it is nested in more than {DEEPEST} levels")


_LEAVES = frozenset({ast.Name, ast.Constant, ast.Global, ast.Nonlocal})
_NO_NODES = frozenset(
    {"arg", "asname", "attr", "conversion", "ctx", "is_async", "kind", "kwd_attrs", "level", "module", "op", "ops"}
    | {"rest", "simple", "type_comment", "type_ignores"}
)
_KINDS = [kind for kind in vars(ast).values() if isinstance(kind, type) and issubclass(kind, ast.AST)]
# For each kind of node the fields that may hold others. What is no node has none.
_FIELDS = defaultdict[type, tuple[str, ...]](
    tuple,
    {kind: tuple(field for field in kind._fields if field not in _NO_NODES) for kind in _KINDS if kind not in _LEAVES},
)
