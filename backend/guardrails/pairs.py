"""What ast keeps in two lists that belong together."""

import ast
from collections.abc import Iterator


def items(mapping: ast.Dict) -> Iterator[tuple[ast.expr | None, ast.expr]]:
    """Keys and values; `**others` has no key."""
    return zip(mapping.keys, mapping.values, strict=True)


def defaults(given: ast.arguments) -> Iterator[tuple[ast.arg, ast.expr]]:
    """The parameters that have a default, each with it: of those by place the last ones."""
    by_place = [*given.posonlyargs, *given.args]
    yield from zip(by_place[len(by_place) - len(given.defaults) :], given.defaults, strict=True)
    for parameter, default in zip(given.kwonlyargs, given.kw_defaults, strict=True):
        if default:
            yield parameter, default
