"""What a function gives back."""

import ast

from guardrails.module import Function

_BLOCKS = ("body", "handlers", "orelse", "finalbody", "cases")


def returned(function: Function) -> list[ast.expr]:
    """The expressions that it returns: not what functions within it do."""
    found: list[ast.expr] = []
    pending: list[ast.AST] = [*function.body]
    for node in pending:  # grows on the way
        if isinstance(node, ast.Return):
            if node.value:
                found.append(node.value)
        elif not isinstance(node, Function | ast.ClassDef):
            pending += statements_below(node)
    return found


def statements_below(node: ast.AST) -> list[ast.AST]:
    """What a block holds right below it: statements, `except` and `case`."""
    blocks = (getattr(node, block, ()) for block in _BLOCKS)
    return [statement for block in blocks for statement in block]
