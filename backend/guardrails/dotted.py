"""Names and attributes as text."""

import ast

from guardrails.walk import nodes_within


# Longer chains are no names that anything is known by, and would be read again for each of their parts.
_LONGEST = 50


def dotted(expression: ast.expr) -> str | None:
    """`a.b.c` as text, None for anything but names and attributes."""
    parts: list[str] = []
    while isinstance(expression, ast.Attribute) and len(parts) < _LONGEST:
        parts.append(expression.attr)
        expression = expression.value
    return ".".join([expression.id, *reversed(parts)]) if isinstance(expression, ast.Name) else None


def last_name(expression: ast.expr) -> str:
    """The `c` of `a.b.c`, whatever stands before it; nothing for what ends in no name."""
    if isinstance(expression, ast.Attribute):
        return expression.attr
    return expression.id if isinstance(expression, ast.Name) else ""


def words(value: ast.expr) -> set[str]:
    """The names, attributes and last parts of texts in an expression."""
    found = set()
    for node in nodes_within(value):
        if isinstance(node, ast.Name):
            found.add(node.id)
        elif isinstance(node, ast.Attribute):
            found.add(node.attr)
        elif text := _literal(node):
            found.add(text.rpartition(".")[2])
    return found


def _literal(node: ast.AST) -> str:
    """The text of a literal, also of one that is put together: `"shared" + "_task"`."""
    if isinstance(node, ast.BinOp):
        left, right = _literal(node.left), _literal(node.right)
        return left + right if left and right else ""
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def may_mean(function: ast.expr, names: frozenset[str]) -> bool:
    """Whether what is called ends in one of the names, or in what only following it tells."""
    if isinstance(function, ast.Name | ast.Attribute):
        return last_name(function) in names
    return not names.isdisjoint(words(function))
