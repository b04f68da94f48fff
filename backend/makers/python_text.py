"""Edits of Python source as text: the place is found by its syntax tree, and all else stays as it is written."""

import ast
from collections.abc import Callable, Iterator

from makers.refusal import Refused

_OTHERWISE = "add it by hand"


def parse(text: str, place: str) -> ast.Module:
    try:
        return ast.parse(text)
    except SyntaxError as error:
        raise Refused(f"{place}:{error.lineno}", f"cannot be read as Python ({error.msg})") from error


def strings_of(text: str, place: str, name: str) -> list[str]:
    """The strings of a list or tuple that the module binds to a name."""
    return [one.value for one in _strings(parse(text, place), place, name)]  # type: ignore[misc]


def add_string(text: str, place: str, name: str, value: str, position: Callable[[list[str]], int]) -> str:
    """Put a string into a list or tuple that is written with one string on each line."""
    elements = _strings(parse(text, place), place, name)
    before = strings_of(text, place, name)
    index = position(before)
    line = elements[index - 1].end_lineno if index else elements[0].lineno - 1
    lines = text.splitlines(keepends=True)
    lines.insert(line or 0, f'    "{value}",\n')
    changed = "".join(lines)
    # A list on one line, or without a last comma, would have become something else.
    try:
        is_right = strings_of(changed, place, name) == [*before[:index], value, *before[index:]]
    except Refused:
        is_right = False
    if not is_right:
        raise Refused(
            f"{place}:{line}", f"{name} is not written with one string and a comma on each line; {_OTHERWISE}"
        )
    return changed


def _strings(tree: ast.Module, place: str, name: str) -> list[ast.Constant]:
    for statement in tree.body:
        if isinstance(statement, ast.Assign) and [ast.unparse(target) for target in statement.targets] == [name]:
            value = statement.value
            elements = value.elts if isinstance(value, ast.List | ast.Tuple) else []
            strings = [one for one in elements if isinstance(one, ast.Constant) and isinstance(one.value, str)]
            if strings and len(strings) == len(elements):
                return strings
            raise Refused(f"{place}:{statement.lineno}", f"{name} is no plain list of strings; {_OTHERWISE}")
    raise Refused(place, f"binds no {name}, which has to be extended")


def bound_names(tree: ast.Module) -> Iterator[tuple[str, ast.stmt]]:
    """What the module's own statements bind, and where."""
    for statement in tree.body:
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield statement.name, statement
        elif isinstance(statement, ast.Import | ast.ImportFrom):
            yield from ((alias.asname or alias.name.partition(".")[0], statement) for alias in statement.names)
        else:
            for node in ast.walk(statement):
                if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                    yield node.id, statement


def append(text: str, block: str) -> str:
    """Put a function at the end of a module."""
    return f"{text.rstrip()}\n\n\n{block.strip()}\n"
