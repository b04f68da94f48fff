"""What a function gives back."""

import ast

from guardrails.module import Function

_IF, _TRY = ("body", "orelse"), ("body", "handlers", "orelse", "finalbody")
# What each kind of statement holds. All others hold none, and most are others.
_BLOCKS: dict[type[ast.AST], tuple[str, ...]] = {
    **dict.fromkeys([ast.Module, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef], ("body",)),
    **dict.fromkeys([ast.With, ast.AsyncWith, ast.ExceptHandler, ast.match_case], ("body",)),
    **dict.fromkeys([ast.If, ast.For, ast.AsyncFor, ast.While], _IF),
    **dict.fromkeys([ast.Try, ast.TryStar], _TRY),
    ast.Match: ("cases",),
}


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
    return [statement for block in _BLOCKS.get(node.__class__, ()) for statement in getattr(node, block)]
