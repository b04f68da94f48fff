"""What a function gives back."""

import ast

from guardrails.module import Function

_HOLDS_STATEMENTS = (ast.stmt, ast.ExceptHandler, ast.match_case)


def returned(function: Function) -> list[ast.expr]:
    """The expressions that it returns: not what functions within it do."""
    found: list[ast.expr] = []
    pending: list[ast.AST] = [*function.body]
    for node in pending:  # grows on the way
        if isinstance(node, ast.Return) and node.value:
            found.append(node.value)
        elif not isinstance(node, Function | ast.ClassDef | ast.Lambda):
            pending += [child for child in ast.iter_child_nodes(node) if isinstance(child, _HOLDS_STATEMENTS)]
    return found
