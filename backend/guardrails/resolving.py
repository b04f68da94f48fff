"""What an expression of one module is, as far as that module alone tells."""

import ast
import builtins
import re
from collections.abc import Callable
from functools import cached_property

from guardrails.bindings import bound_scopes
from guardrails.dotted import dotted, last_name
from guardrails.module import Function, Module
from guardrails.names import CALLED, EACH, UNKNOWN, element
from guardrails.resolved_calls import Calls
from guardrails.scopes import ElementOf, InstanceOf, PartOf, Scope, Value, place_of
from guardrails.texts import Texts

_DICTS = frozenset({f"{UNKNOWN}globals()", f"{UNKNOWN}locals()", f"{UNKNOWN}vars()"})
# What is annotated by them is what they hold, or the first of it.
_TRANSPARENT = frozenset({"Optional", "Annotated", "Final"})
_NAME = re.compile(r"[A-Za-z_][\w.]*(?!\w*\[)")

# Chains of names are short; one that is longer would take more of the stack than there is.
_LONGEST = 1000


class Resolver:
    """Resolves names and expressions within one module."""

    def __init__(self, module: Module) -> None:
        self.module = module
        self._known: dict[tuple[int, str], set[str]] = {}
        self._pending: set[tuple[int, str]] = set()
        self._resolvers: dict[type[ast.expr], Callable[..., set[str]]] = {
            ast.Name: self._name,
            ast.Attribute: self._attribute,
            ast.Call: lambda given: self.calls.given_by(given),
            ast.Subscript: self._subscript,
            ast.IfExp: lambda given: self.of(given.body) | self.of(given.orelse),
            ast.BoolOp: lambda given: self._any(given.values),
            ast.BinOp: lambda given: self._any([given.left, given.right]),
            ast.NamedExpr: lambda given: self.of(given.value),
            ast.Await: lambda given: self.of(given.value),
            ast.Starred: lambda given: self.of(given.value),
            ast.Lambda: lambda given: {UNKNOWN},
            ast.Dict: lambda given: self._elements(given.values),
            ast.List: lambda given: self._elements(given.elts),
            ast.Tuple: lambda given: self._elements(given.elts),
            ast.Set: lambda given: self._elements(given.elts),
        }

    @cached_property
    def scope(self) -> Scope:
        return bound_scopes(self.module)

    @cached_property
    def calls(self) -> Calls:
        return Calls(self.module, self.texts, self.of)

    @cached_property
    def texts(self) -> Texts:
        return Texts(self.scope)

    def of(self, expression: ast.expr) -> set[str]:
        """Where it may come from, names of this project's modules among it."""
        resolver = self._resolvers.get(type(expression))
        return resolver(expression) if resolver else {UNKNOWN}

    def bound(self, scope: Scope, name: str) -> set[str]:
        """What a scope binds its own name to: nothing where that cannot be followed."""
        key = (id(scope), name)
        if key in self._known:
            return self._known[key]
        if key in self._pending or len(self._pending) > _LONGEST:
            return set()
        self._pending.add(key)
        values = [origin for value in scope.names.get(name, ()) for origin in self._value(scope, value)]
        self._pending.discard(key)
        self._known[key] = {origin for origin in values if not origin.startswith(UNKNOWN)}
        return self._known[key]

    def _value(self, scope: Scope, value: Value) -> set[str]:
        if isinstance(value, str):
            return {value}
        if isinstance(value, InstanceOf):
            return {_known_type(origin) + CALLED for origin in self._annotation(value.annotation)}
        if isinstance(value, ElementOf):
            return {element(origin) for origin in self.of(value.container)}
        if isinstance(value, PartOf):
            return self.calls.part(value.container, value.place)
        if isinstance(value, ast.expr):
            return self.of(value)
        return {self.path_of(scope, value.name)} if value else set()

    def is_outside_of_functions(self, node: ast.expr) -> bool:
        at: Scope | None = self.scope.innermost(place_of(node))
        while at and not isinstance(at.node, Function | ast.Lambda):
            at = at.parent
        return at is None

    def class_around(self, node: ast.expr) -> list[str]:
        around = self.scope.innermost(place_of(node)).enclosing_class()
        return [around.node.name] if around and isinstance(around.node, ast.ClassDef) else []

    def assigned(self, expression: ast.expr) -> ast.expr:
        """What a name is set to, where it is set once; else the expression itself."""
        if isinstance(expression, ast.Name):
            scope = self.scope.innermost(place_of(expression)).binding(expression.id)
            values = scope.names[expression.id] if scope else []
            if len(values) == 1 and isinstance(values[0], ast.expr):
                return values[0]
        return expression

    def path_of(self, scope: Scope, name: str) -> str:
        """The dotted name of a definition in a scope: module, classes and functions around it, its own."""
        around = []
        at: Scope | None = scope
        while at and isinstance(at.node, Function | ast.ClassDef):
            around.append(at.node.name)
            at = at.parent
        return ".".join([self.module.name, *reversed(around), name])

    def _annotation(self, annotation: ast.expr) -> set[str]:
        if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
            return self._written(annotation)
        if isinstance(annotation, ast.Subscript):  # Optional[X], and no list[X]: that is no X
            if last_name(annotation.value) not in _TRANSPARENT:
                return self.of(annotation.value)
            inner = annotation.slice
            return self._annotation(inner.elts[0] if isinstance(inner, ast.Tuple) else inner)
        if isinstance(annotation, ast.BinOp):
            return self._annotation(annotation.left) | self._annotation(annotation.right)
        return self.of(annotation)

    def _written(self, text: ast.Constant) -> set[str]:
        """An annotation in quotes: `"Celery | None"`, `"Optional[Celery]"`."""
        written = set()
        for name in _NAME.findall(str(text.value)):
            root, *rest = name.split(".")
            scope = self.scope.innermost(place_of(text)).binding(root)
            written |= {".".join([origin, *rest]) for origin in self.bound(scope, root)} if scope else set()
        return written

    def _name(self, name: ast.Name) -> set[str]:
        scope = self.scope.innermost(place_of(name)).binding(name.id)
        if scope:
            return self.bound(scope, name.id) or self._own_instance(scope, name) or {f"{UNKNOWN}{name.id}"}
        return {f"{UNKNOWN}{name.id}"} | {f"{star}.{name.id}" for star in self.scope.stars}

    def _own_instance(self, scope: Scope, name: ast.Name) -> set[str]:
        """A method's first parameter is an instance of its class."""
        holder = scope.parent
        if holder and holder.is_class and isinstance(scope.node, Function) and isinstance(holder.node, ast.ClassDef):
            given = [*scope.node.args.posonlyargs, *scope.node.args.args]
            if given and given[0].arg == name.id and holder.parent:
                return {self.path_of(holder.parent, holder.node.name) + CALLED}
        return set()

    def _attribute(self, attribute: ast.Attribute) -> set[str]:
        written = dotted(attribute)
        bound = self._bound_attribute(attribute, written) if written else set()
        return bound or {f"{origin}.{attribute.attr}" for origin in self.of(attribute.value)}

    def _bound_attribute(self, attribute: ast.Attribute, written: str) -> set[str]:
        root = written.partition(".")[0]
        inner = self.scope.innermost(place_of(attribute))
        scope = inner.enclosing_class() if root in {"self", "cls"} else inner.binding(root)
        return self.bound(scope, written) if scope and written in scope.names else set()

    def _subscript(self, subscript: ast.Subscript) -> set[str]:
        key = self.texts.of(subscript.slice)
        if key is not None and isinstance(subscript.value, ast.Attribute) and subscript.value.attr == "__dict__":
            return {f"{origin}.{key}" for origin in self.of(subscript.value.value)}
        held = self.of(subscript.value)
        if key is not None and held & _DICTS:
            return self._of_namespace(subscript.value, key)
        if key is not None and "sys.modules" in held:
            return {key}
        return {element(origin) for origin in held}

    def _of_namespace(self, call: ast.expr, key: str) -> set[str]:
        """`globals()["name"]`, `vars(holder)["name"]`."""
        arguments = call.args if isinstance(call, ast.Call) else []
        if arguments:
            return {f"{origin}.{key}" for origin in self.of(arguments[0])}
        return self.bound(self.scope, key) or {f"{UNKNOWN}{key}"}

    def _any(self, expressions: list[ast.expr]) -> set[str]:
        return set().union(*map(self.of, expressions))

    def _elements(self, expressions: list[ast.expr]) -> set[str]:
        return {origin + EACH for origin in self._any(expressions) or {UNKNOWN}}


def _known_type(origin: str) -> str:
    """A type that is always there is known although nothing imports it."""
    name = origin.removeprefix(UNKNOWN)
    return f"builtins.{name}" if origin != name and hasattr(builtins, name) else origin
