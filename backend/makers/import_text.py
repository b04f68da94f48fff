"""Adds an import to source where ruff would sort it, and leaves all others as they are written."""

import ast
import sys

from makers.layout import LINE_LENGTH
from makers.python_text import parse
from makers.refusal import Refused

# As `src` of [tool.ruff] makes them: what lies in backend/.
_FIRST_PARTY = frozenset({"apps", "config", "delivery", "guardrails", "makers", "telemetry", "tests"})
Statement = ast.Import | ast.ImportFrom


def add_import(text: str, place: str, module: str, name: str) -> str:
    """`from module import name`, as one more name of a statement that is there, or as a statement of its own."""
    statements = [one for one in parse(text, place).body if isinstance(one, Statement)]
    same = [one for one in statements if isinstance(one, ast.ImportFrom) and _can_take_more(one, module)]
    if any(alias.name == name for one in same for alias in one.names):
        return text
    changed = _extend(text, place, same[0], name) if same else _insert(text, place, statements, module, name)
    parse(changed, place)
    return changed


def _can_take_more(statement: ast.ImportFrom, module: str) -> bool:
    """What is imported under another name has a statement of its own."""
    return (statement.module, statement.level) == (module, 0) and not any(one.asname for one in statement.names)


def _extend(text: str, place: str, statement: ast.ImportFrom, name: str) -> str:
    lines = text.splitlines(keepends=True)
    first, last = statement.lineno - 1, statement.end_lineno or statement.lineno
    if "#" in "".join(lines[first:last]):
        raise Refused(f"{place}:{first + 1}", f"this import has a comment; add `{name}` to it by hand")
    names = [alias.name for alias in statement.names]
    # Functions alone are added; constants and classes stand before them.
    later = (index for index, other in enumerate(names) if other > name)
    names.insert(next(later, len(names)), name)
    one_line = f"from {statement.module} import {', '.join(names)}\n"
    split = last - first > 1 or len(one_line) > LINE_LENGTH + 1
    spread = "".join(["from ", str(statement.module), " import (\n", *(f"    {one},\n" for one in names), ")\n"])
    lines[first:last] = [spread if split else one_line]
    return "".join(lines)


def _insert(text: str, place: str, statements: list[Statement], module: str, name: str) -> str:
    lines, new = text.splitlines(keepends=True), f"from {module} import {name}\n"
    order = (_section(module), True, module)
    before = [one for one in statements if _order(one) < order]
    after = [one for one in statements if _order(one) >= order]
    if after and (not before or _section_of(after[0]) == order[0]):
        gap = [] if _section_of(after[0]) == order[0] else ["\n"]
        at, added = after[0].lineno - 1, [new, *gap]
    elif before:
        gap = [] if _section_of(before[-1]) == order[0] else ["\n"]
        at, added = before[-1].end_lineno or 0, [*gap, new]
    else:
        at, added = _end_of_docstring(text, place), ["\n", new]
    lines[at:at] = added
    return "".join(lines)


def _end_of_docstring(text: str, place: str) -> int:
    first = next(iter(parse(text, place).body), None)
    is_docstring = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    if first is None or not is_docstring:
        raise Refused(f"{place}:1", "begins neither with a docstring nor with an import; begin it with a docstring")
    return first.end_lineno or 0


def _order(statement: Statement) -> tuple[int, bool, str]:
    """`import x` stands before `from x import y` in its section."""
    is_from = isinstance(statement, ast.ImportFrom)
    return _section_of(statement), is_from, _module_of(statement)


def _section_of(statement: Statement) -> int:
    if isinstance(statement, ast.ImportFrom) and statement.level:
        return 4
    return _section(_module_of(statement))


def _module_of(statement: Statement) -> str:
    return statement.module or "" if isinstance(statement, ast.ImportFrom) else statement.names[0].name


def _section(module: str) -> int:
    root = module.partition(".")[0]
    if root in sys.stdlib_module_names:
        return 1
    return 3 if root in _FIRST_PARTY else 2
