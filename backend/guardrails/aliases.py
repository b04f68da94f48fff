"""Under which other names something may be met: a coarse sieve, so that only what may matter is followed exactly."""

import ast
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from guardrails.module import Function, Module
from guardrails.pairs import defaults
from guardrails.returns import returned, statements_below
from guardrails.words import as_attribute, as_text, is_attribute, words


class Aliases:
    """Every name of a project with the words that what it is bound to is written with.

    A variable of a function is met by its bare name in its own file alone; all else anywhere, also as an attribute.
    """

    def __init__(self, modules: Iterable[Module]) -> None:
        self._everywhere: dict[str, set[tuple[str, Module | None]]] = defaultdict(set)
        self._within: dict[tuple[Module, str], set[tuple[str, Module | None]]] = defaultdict(set)
        self._found: dict[frozenset[str], tuple[frozenset[str], Mapping[Module, set[str]]]] = {}
        self._known: dict[tuple[frozenset[str], Module], frozenset[str]] = {}
        for module in modules:
            for name, is_own, written in _bound(module):
                bound = (name, module if is_own else None)
                for word in written:
                    self._everywhere[word].add(bound)
                    self._within[module, word].add(bound)

    def of(self, names: frozenset[str], module: Module) -> frozenset[str]:
        """These names, as attributes and texts as well, and all that may stand for them in a module."""
        key = (names, module)
        if key not in self._known:
            if names not in self._found:
                self._found[names] = self._follow(names)
            everywhere, within = self._found[names]
            own = within.get(module)
            self._known[key] = everywhere | own if own else everywhere
        return self._known[key]

    def _follow(self, names: frozenset[str]) -> tuple[frozenset[str], Mapping[Module, set[str]]]:
        """What is met everywhere, and what in single modules."""
        everywhere: set[str] = set()
        within: dict[Module, set[str]] = defaultdict(set)
        pending: list[tuple[str, Module | None]] = [(name, None) for name in names]
        everywhere.update(map(as_text, names))
        for name in map(as_text, names):
            pending += self._everywhere.get(name, ())
        for name, module in pending:  # grows on the way
            if module is None and name not in everywhere:
                met = {name, as_attribute(name)}
                everywhere |= met
                for word in met:
                    pending += self._everywhere.get(word, ())
            elif module is not None and name not in within[module]:
                within[module].add(name)
                pending += self._within.get((module, name), ())
        return frozenset(everywhere), within


# A name, whether it is a variable of a function, and the words of what it is bound to.
_Bound = tuple[str, bool, Iterable[str]]


def _bound(module: Module) -> Iterator[_Bound]:
    for alias in module.find(ast.alias):
        if alias.asname:
            yield alias.asname, False, [alias.name.rpartition(".")[2]]
    taken: list[ast.Global | ast.Nonlocal] = [*module.find(ast.Global), *module.find(ast.Nonlocal)]
    shared = {name for node in taken for name in node.names}
    for is_own, target, value in _set(module):
        written = words(value) if value else set()
        if written:
            for name in _names(target):
                yield name, is_own and name not in shared and not is_attribute(name), written
    for given in module.find(ast.arguments):
        yield from ((parameter.arg, True, words(default)) for parameter, default in defaults(given))
    yield from _defined(module)


def _defined(module: Module) -> Iterator[_Bound]:
    for definition in module.find(ast.ClassDef):
        for base in definition.bases:
            yield definition.name, False, words(base)
        for method in definition.body:
            if isinstance(method, Function) and method.name == "__call__":
                yield from ((definition.name, False, words(result)) for result in returned(method))
    for function in module.functions:
        for result in returned(function):
            yield function.name, False, words(result)


def _set(module: Module) -> Iterator[tuple[bool, ast.expr, ast.expr | None]]:
    outer = _outside_of_functions(module)
    for statement in module.find(ast.Assign):
        is_own = id(statement) not in outer
        yield from ((is_own, target, statement.value) for target in statement.targets)
    yield from ((id(one) not in outer, one.target, one.value) for one in module.find(ast.AnnAssign))
    yield from ((id(one) not in outer, one.target, one.iter) for one in module.find(ast.For))
    yield from ((True, one.target, one.iter) for one in module.find(ast.comprehension))
    yield from ((False, one.target, one.value) for one in module.find(ast.NamedExpr))
    items = module.find(ast.withitem)
    yield from ((False, one.optional_vars, one.context_expr) for one in items if one.optional_vars)


def _outside_of_functions(module: Module) -> set[int]:
    """The statements that bind names of the module or of a class, by identity."""
    holders = [module.tree, *module.find(ast.ClassDef)]  # also what a function defines a class with
    held = [statement for holder in holders for statement in statements_below(holder)]
    for statement in held:  # grows on the way
        if not isinstance(statement, Function | ast.ClassDef):
            held += statements_below(statement)
    return set(map(id, held))


def _names(target: ast.expr) -> Iterator[str]:
    """What is bound by it: of `self.x` the attribute `x`, of `jobs[key]` the `jobs`."""
    if isinstance(target, ast.Tuple | ast.List):
        for part in target.elts:
            yield from _names(part)
    elif isinstance(target, ast.Subscript | ast.Starred):
        yield from _names(target.value)
    elif isinstance(target, ast.Attribute):
        yield as_attribute(target.attr)
    elif isinstance(target, ast.Name):
        yield target.id
