"""Where a name comes from: follows aliases, variables and re-exports to the dotted name of the real thing."""

import ast
from collections.abc import Mapping

from guardrails.aliases import Aliases
from guardrails.dotted import last_name
from guardrails.module import Function, Module
from guardrails.names import CALLED, UNKNOWN, Names
from guardrails.resolving import Resolver
from guardrails.returns import returned
from guardrails.scopes import Opened, Scope

# Chains of aliases are short. The bounds only keep strange code (x = x.y, a function that returns a call of itself)
# from growing names for ever.
_LONGEST = 12
_STEPS = 50


class Origins:
    """Resolves expressions of all modules of one project, across its files."""

    def __init__(self, modules: Mapping[str, Module]) -> None:
        self._modules = modules
        self.aliases = Aliases(modules.values())
        self._resolvers: dict[str, Resolver] = {}
        self._followed: dict[str, set[str]] = {}
        # By identity, so each with its expression: as long as that lives nothing else can have its place.
        self._known: dict[int, tuple[ast.expr, Names]] = {}

    def of(self, module: Module, expression: ast.expr) -> Names:
        """Every origin that the expression may have."""
        known = self._known.get(id(expression))
        if known is None:
            origins = frozenset().union(*map(self.follow, self.resolver(module).of(expression)))
            known = self._known[id(expression)] = (expression, origins)
        return known[1]

    def resolver(self, module: Module) -> Resolver:
        path = str(module.path)
        if path not in self._resolvers:
            self._resolvers[path] = Resolver(module)
        return self._resolvers[path]

    def module_of(self, name: str) -> Module | None:
        """The module of the project that a dotted name is, or is something in."""
        return self._split(name)[0]

    def text(self, module: Module, expression: ast.expr) -> str | None:
        """The string that an expression is, also where a constant comes from another module."""
        if isinstance(expression, ast.Constant):  # nothing of the module is needed for that
            return expression.value if isinstance(expression.value, str) else None
        text = self.resolver(module).texts.of(expression)
        if text is not None or not isinstance(expression, ast.Name | ast.Attribute):
            return text
        return next(filter(None, map(self._constant, sorted(self.of(module, expression)))), None)

    def _constant(self, origin: str) -> str | None:
        """The constant of a module, or of a class in one, that an origin names."""
        module, rest = self._split(origin)
        if module is None or not rest:
            return None
        resolver = self.resolver(module)
        scope = self._inside(resolver, resolver.scope, rest[:-1])
        values = scope.names.get(rest[-1], []) if scope else []
        is_one = len(values) == 1 and isinstance(values[0], ast.expr)
        return resolver.texts.of(values[0]) if is_one else None  # type: ignore[arg-type] # is_one

    def definition(self, origin: str) -> tuple[Module, Opened] | None:
        """The function or class of this project that an origin names."""
        module, rest = self._split(origin)
        if module is None or not rest:
            return None
        resolver = self.resolver(module)
        scope = self._inside(resolver, resolver.scope, rest[:-1])
        values = scope.names.get(rest[-1].removesuffix(CALLED), []) if scope else []
        found = [value for value in values if isinstance(value, Opened)]
        return (module, found[-1]) if found else None

    def follow(self, origin: str) -> set[str]:
        """Replace a name of a project's module by what that module binds it to, until it leaves the project."""
        if origin not in self._followed:
            self._followed[origin] = self._ends(origin)
        return self._followed[origin]

    def _ends(self, origin: str) -> set[str]:
        pending, ends = [origin], set()
        for current in pending:  # grows on the way
            targets = self._next(current) if current.count(".") <= _LONGEST else set()
            # A class stands for its bases, and for itself.
            if not targets or (not current.startswith(UNKNOWN) and self.definition(current)):
                ends.add(current)
            if len(pending) < _STEPS:
                pending += sorted(targets.difference(pending))
        return ends

    def _next(self, origin: str) -> set[str]:
        """One step from a name to what it is bound to."""
        module, rest = self._split(origin)
        if module is None or not rest:
            return set()
        resolver = self.resolver(module)
        return {name for name in self._step(resolver, resolver.scope, rest) if name != origin}

    def _step(self, resolver: Resolver, scope: Scope, rest: list[str]) -> set[str]:
        name, suffix = _parted(rest[0])
        tail = "".join(f".{part}" for part in rest[1:])
        if name not in scope.names:
            return {f"{star}.{'.'.join(rest)}" for star in scope.stars}
        reached = {target + suffix + tail for target in resolver.bound(scope, name)}
        for value in scope.names[name]:
            if isinstance(value, ast.ClassDef):
                reached |= self._of_class(resolver, scope, value, rest)
            elif isinstance(value, Function):
                reached |= self._of_function(resolver, scope, value, rest)
        return reached

    def _of_class(self, resolver: Resolver, scope: Scope, node: ast.ClassDef, rest: list[str]) -> set[str]:
        """An attribute of a class or its instances; the class itself stands for its bases as well."""
        inner = scope.opened.get(node)
        tail = rest[1:]
        suffix = _parted(rest[0])[1]
        if inner and suffix.startswith(CALLED + CALLED) and "__call__" in inner.names:
            return self._step(resolver, inner, ["__call__" + suffix.removeprefix(CALLED), *tail])
        if inner and tail:
            name, its_suffix = _parted(tail[0])
            after = its_suffix + "".join(f".{part}" for part in tail[1:])
            if name in inner.names or f"self.{name}" in inner.names:
                set_on_self = {origin + after for origin in resolver.bound(inner, f"self.{name}")}
                return self._step(resolver, inner, tail) | set_on_self
        bases = [origin for base in node.bases for origin in resolver.of(base) if not origin.startswith(UNKNOWN)]
        return {base + suffix + "".join(f".{part}" for part in tail) for base in bases}

    def _of_function(self, resolver: Resolver, scope: Scope, node: Function, rest: list[str]) -> set[str]:
        """What a call of a function gives, or a definition within it."""
        inner = scope.opened.get(node)
        suffix = _parted(rest[0])[1]
        tail = "".join(f".{part}" for part in rest[1:])
        if not inner:
            return set()
        if not suffix and not _is_property(node):
            return self._step(resolver, inner, rest[1:]) if len(rest) > 1 else set()
        after = suffix.removeprefix(CALLED)
        return {origin + after + tail for value in returned(node) for origin in resolver.of(value)}

    def _inside(self, resolver: Resolver, scope: Scope, names: list[str]) -> Scope | None:
        for name in names:
            inner = scope.opened.get(name.removesuffix(CALLED))
            if not inner:
                return None
            scope = inner
        return scope

    def _split(self, origin: str) -> tuple[Module | None, list[str]]:
        """The longest part of the name that is a module of the project, and what is left of the name."""
        name, rest = origin, list[str]()
        while name:
            if module := self._modules.get(name):
                return module, rest[::-1]
            name, _, last = name.rpartition(".")
            rest.append(last)
        return None, []


def _is_property(function: Function) -> bool:
    return any(last_name(decorator) in {"property", "cached_property"} for decorator in function.decorator_list)


def _parted(part: str) -> tuple[str, str]:
    """A name and the calls and elements after it."""
    name = part.partition("(")[0].partition("[")[0]
    return name, part.removeprefix(name)
