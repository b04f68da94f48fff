"""Strings that can be read: literals, and what is put together of them and of names bound to them."""

import ast

from guardrails.scopes import Scope, place_of

# All else is no string that could be read.
READABLE = (ast.Constant, ast.BinOp, ast.JoinedStr, ast.FormattedValue, ast.Name)
_DEEPEST = 20


class Texts:
    """Reads the strings of one module."""

    def __init__(self, top: Scope) -> None:
        self._top = top
        self._known: dict[tuple[int, str], str | None] = {}

    def of(self, expression: ast.expr | None, depth: int = 0) -> str | None:
        """The string that an expression is, None where it cannot be told."""
        if isinstance(expression, ast.Constant):
            return expression.value if isinstance(expression.value, str) else None
        if depth > _DEEPEST:
            return None
        if isinstance(expression, ast.BinOp) and isinstance(expression.op, ast.Add):
            return self._joined([expression.left, expression.right], depth)
        if isinstance(expression, ast.JoinedStr):
            return self._joined(expression.values, depth)
        if isinstance(expression, ast.FormattedValue):
            is_plain = expression.conversion == -1 and expression.format_spec is None
            return self.of(expression.value, depth + 1) if is_plain else None
        return self._named(expression, depth) if isinstance(expression, ast.Name) else None

    def _joined(self, parts: list[ast.expr], depth: int) -> str | None:
        texts = [self.of(part, depth + 1) for part in parts]
        return None if None in texts else "".join(text for text in texts if text)

    def _named(self, name: ast.Name, depth: int) -> str | None:
        scope = self._top.innermost(place_of(name)).binding(name.id)
        if scope is None:
            return None
        key = (id(scope), name.id)
        if key not in self._known:
            self._known[key] = None  # a name that is made of itself is no text
            values = scope.names[name.id]
            is_one = len(values) == 1 and isinstance(values[0], ast.expr)
            self._known[key] = self.of(values[0], depth + 1) if is_one else None  # type: ignore[arg-type] # is_one
        return self._known[key]
