"""Names and attributes as text."""

import ast

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
