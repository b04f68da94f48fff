"""The scopes of a module, told by position: which of them holds a node, and what each binds its names to."""

import ast
import sys
from bisect import bisect_right
from collections import defaultdict
from dataclasses import dataclass, field

from guardrails.module import Function, Module

# What a name is bound to: the dotted name of something imported, an expression, a definition,
# an annotation (the name is an instance of it), or nothing that could be followed.
Opened = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


@dataclass(frozen=True)
class InstanceOf:
    """An annotated name: an instance of what its annotation names."""

    annotation: ast.expr


@dataclass(frozen=True)
class ElementOf:
    """A name that takes one element of something after the other."""

    container: ast.expr


@dataclass(frozen=True)
class PartOf:
    """A name that takes one part, counted from 0, of each element of something."""

    container: ast.expr
    place: int


Value = str | ast.expr | Opened | InstanceOf | ElementOf | PartOf | None
Place = tuple[int, int]
Comprehension = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp
ScopeNode = ast.Module | Opened | ast.Lambda | Comprehension
_END = (sys.maxsize, 0)


@dataclass(eq=False)
class Scope:
    """One scope. `names` has its own names alone, dotted ones (`self.x`) where something is bound to them."""

    node: ScopeNode
    start: Place
    end: Place
    parent: "Scope | None" = None
    children: list["Scope"] = field(default_factory=list)
    starts: list[Place] = field(default_factory=list)
    """Where the children start, in order."""
    opened: dict[ScopeNode | str, "Scope"] = field(default_factory=dict)
    """The children by what opens them, and by its name, where the last of several counts."""
    names: dict[str, list[Value]] = field(default_factory=lambda: defaultdict(list))
    outside: dict[str, bool] = field(default_factory=dict)
    """Names that `global` (True) or `nonlocal` (False) takes from outside."""
    stars: list[str] = field(default_factory=list)

    @property
    def is_class(self) -> bool:
        return isinstance(self.node, ast.ClassDef)

    @property
    def module(self) -> "Scope":
        return self.parent.module if self.parent else self

    def innermost(self, place: Place) -> "Scope":
        """The scope that holds a place within this one."""
        at = bisect_right(self.starts, place) - 1
        if at >= 0 and place < self.children[at].end:
            return self.children[at].innermost(place)
        return self

    def binding(self, name: str) -> "Scope | None":
        """The scope whose name this is when it is written here. A class hides its names from what stands inside."""
        if name in self.outside and self.parent:
            return self.module if self.outside[name] else self.parent.binding(name)
        if name in self.names:
            return self
        above = self.parent
        while above and above.is_class:
            above = above.parent
        return above.binding(name) if above else None

    def enclosing_class(self) -> "Scope | None":
        return self if self.is_class else self.parent.enclosing_class() if self.parent else None


def place_of(node: ast.AST) -> Place:
    return (node.lineno, node.col_offset)  # type: ignore[attr-defined] # of all nodes that stand in source


def scopes_of(module: Module) -> Scope:
    """The module's own scope with all that it holds, still without names."""
    top = Scope(module.tree, (0, 0), _END)
    opening = [*module.functions, *module.find(ast.ClassDef), *module.find(ast.Lambda)]
    found = [_opened(node) for node in [*opening, *_comprehensions(module)]]
    for scope in sorted(found, key=lambda scope: (scope.start, tuple(-number for number in scope.end))):
        parent = top
        while parent.children and scope.start < parent.children[-1].end:
            parent = parent.children[-1]
        scope.parent = parent
        parent.children.append(scope)
        parent.starts.append(scope.start)
        parent.opened[scope.node] = parent.opened[getattr(scope.node, "name", "")] = scope
    return top


def _comprehensions(module: Module) -> list[Comprehension]:
    return [
        *module.find(ast.ListComp),
        *module.find(ast.SetComp),
        *module.find(ast.DictComp),
        *module.find(ast.GeneratorExp),
    ]


def _opened(node: Function | ast.ClassDef | ast.Lambda | Comprehension) -> Scope:
    """From the body on: decorators, defaults and annotations are evaluated outside."""
    end = (node.end_lineno or node.lineno, node.end_col_offset or node.col_offset)
    if isinstance(node, ast.Lambda):
        return Scope(node, place_of(node.body), end)
    if isinstance(node, Function | ast.ClassDef):
        first = node.body[0]
        decorators = first.decorator_list if isinstance(first, Function | ast.ClassDef) else []
        return Scope(node, min(map(place_of, [first, *decorators])), end)
    return Scope(node, place_of(node), end)
