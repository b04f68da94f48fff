"""Where a name comes from: follows aliases, variables and re-exports to the dotted name of the real thing."""

import ast
from collections import defaultdict
from collections.abc import Callable, Mapping

from guardrails.bindings import STAR, bindings, dotted
from guardrails.module import Module

# An origin is a dotted name such as "celery.shared_task" or "celery.Celery().task" ("()": the result of a call).
# What cannot be followed starts with UNKNOWN and keeps the name it is written with: "?app.task".
Names = frozenset[str]
Table = Mapping[str, set[str]]

UNKNOWN = "?"
CALLED = "()"

IMPORTERS = frozenset(
    {
        f"{UNKNOWN}__import__",
        "builtins.__import__",
        "importlib.__import__",
        "importlib.import_module",
        "django.utils.module_loading.import_string",
    }
)
PARTIAL = "functools.partial"

# Chains of aliases are short. The bounds only keep strange code (x = x.y, a function that returns a call of itself)
# from growing names for ever.
_ROUNDS = 5
_LONGEST = 12
_STEPS = 50


class Origins:
    """Resolves expressions of all modules of one project, across its files."""

    def __init__(self, modules: Mapping[str, Module]) -> None:
        self._modules = modules
        self._tables: dict[str, Table] = {}
        self._followed: dict[str, set[str]] = {}

    def of(self, module: Module, expression: ast.expr) -> Names:
        """Every origin that the expression may have."""
        followed: set[str] = set()
        for origin in _resolve(module, self._table(module), expression):
            if origin not in self._followed:
                self._followed[origin] = self._follow(origin)
            followed |= self._followed[origin]
        return frozenset(followed)

    def _table(self, module: Module) -> Table:
        if module.name not in self._tables:
            self._tables[module.name] = _table(module)
        return self._tables[module.name]

    def _follow(self, origin: str) -> set[str]:
        """Replace a name of a project's module by what that module binds it to, until it leaves the project."""
        pending, ends = [origin], set()
        for current in pending:  # grows on the way
            module, rest = self._split(current)
            targets = self._exported(module, rest[0]) if module and rest else set()
            if not targets:
                ends.add(current)
            elif len(pending) < _STEPS:
                further = {".".join([target, *rest[1:]]) for target in targets}
                pending += sorted(further.difference(pending))
        return ends

    def _split(self, origin: str) -> tuple[Module | None, list[str]]:
        """The longest part of the name that is a module of the project, and what is left of the name."""
        parts = origin.split(".")
        for length in range(len(parts), 0, -1):
            module = self._modules.get(".".join(parts[:length]))
            if module is not None:
                return module, parts[length:]
        return None, parts

    def _exported(self, module: Module, name: str) -> set[str]:
        """What a module binds a name to; the name of its own function or class is no further binding."""
        table, calls = self._table(module), ""
        while name not in table and name.endswith(CALLED):
            name, calls = name.removesuffix(CALLED), calls + CALLED
        exported = table.get(name) or {f"{star}.{name}" for star in table.get(STAR, ())}
        return {origin + calls for origin in exported} - {f"{module.name}.{name}{calls}"}


def _table(module: Module) -> Table:
    table: dict[str, set[str]] = defaultdict(set)
    pending: list[tuple[str, ast.expr]] = []
    for name, value in bindings(module):
        if isinstance(value, str):
            table[name].add(value)
        else:
            pending.append((name, value))
    for _ in range(_ROUNDS):
        before = sum(map(len, table.values()))
        for name, value in pending:
            known = {origin for origin in _resolve(module, table, value) if _worth_keeping(origin)}
            if known:
                table[name] |= known
        if sum(map(len, table.values())) == before:
            break
    return dict(table)


def _worth_keeping(origin: str) -> bool:
    return not origin.startswith(UNKNOWN) and origin.count(".") < _LONGEST


def _resolve(module: Module, table: Table, expression: ast.expr) -> set[str]:
    resolver = _RESOLVERS.get(type(expression))
    return resolver(module, table, expression) if resolver else {UNKNOWN}


def _resolve_name(module: Module, table: Table, expression: ast.Name) -> set[str]:
    if expression.id in table:
        return table[expression.id]
    stars = {f"{star}.{expression.id}" for star in table.get(STAR, ())}
    return {f"{UNKNOWN}{expression.id}"} | stars


def _resolve_attribute(module: Module, table: Table, expression: ast.Attribute) -> set[str]:
    written = dotted(expression)
    if written and written in table:
        return table[written]
    return {f"{origin}.{expression.attr}" for origin in _resolve(module, table, expression.value)}


def _resolve_call(module: Module, table: Table, call: ast.Call) -> set[str]:
    functions = _resolve(module, table, call.func)
    if imported := imported_by_call(module, call, functions):
        return {imported}
    if PARTIAL in functions and call.args:
        return _resolve(module, table, call.args[0])
    texts = [module.text(argument) for argument in call.args]
    if f"{UNKNOWN}getattr" in functions and len(texts) > 1 and texts[1]:
        return {f"{origin}.{texts[1]}" for origin in _resolve(module, table, call.args[0])}
    if any(origin.endswith(".get_model") for origin in functions) and (model := _model(texts)):
        return {model}
    return {origin + CALLED for origin in functions}


def _model(texts: list[str | None]) -> str | None:
    """`get_model("label", "Model")` or `get_model("label.Model")` as the dotted name of the model."""
    parts = ".".join(text for text in texts[:2] if text).split(".")
    return f"{parts[0]}.models.{parts[1]}" if len(parts) == 2 else None


def _resolve_either(module: Module, table: Table, expression: ast.IfExp) -> set[str]:
    return _resolve(module, table, expression.body) | _resolve(module, table, expression.orelse)


def _resolve_any(module: Module, table: Table, expression: ast.BoolOp) -> set[str]:
    return set().union(*(_resolve(module, table, value) for value in expression.values))


def _resolve_inner(module: Module, table: Table, expression: ast.NamedExpr | ast.Await) -> set[str]:
    return _resolve(module, table, expression.value)


_RESOLVERS: dict[type[ast.expr], Callable[..., set[str]]] = {
    ast.Name: _resolve_name,
    ast.Attribute: _resolve_attribute,
    ast.Call: _resolve_call,
    ast.IfExp: _resolve_either,
    ast.BoolOp: _resolve_any,
    ast.NamedExpr: _resolve_inner,
    ast.Await: _resolve_inner,
}


def imported_by_call(module: Module, call: ast.Call, functions: set[str] | Names) -> str | None:
    """The dotted name that a call such as `import_module("x.y")` imports, when it is written out."""
    if functions.isdisjoint(IMPORTERS) or not call.args:
        return None
    name = module.text(call.args[0])
    if name is None:
        return None
    bare = name.lstrip(".")
    level = len(name) - len(bare)
    package = module.text(call.args[1]) if len(call.args) > 1 else None
    if level and package:
        parts = package.split(".")
        return ".".join([*parts[: len(parts) - level + 1], bare])
    return module.absolute(bare, level)
