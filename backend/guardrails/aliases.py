"""Under which other names something may be met: a coarse sieve, so that only what may matter is followed exactly."""

import ast
from collections import defaultdict
from collections.abc import Iterable, Iterator

from guardrails.dotted import last_name
from guardrails.module import Module
from guardrails.returns import returned
from guardrails.walk import nodes_within
from guardrails.words import as_text, words


class Aliases:
    """Every name of a project with the words that what it is bound to is written with."""

    def __init__(self, modules: Iterable[Module]) -> None:
        self._named_with: dict[str, set[str]] = defaultdict(set)
        self._found: dict[frozenset[str], frozenset[str]] = {}
        for module in modules:
            for name, written in _bound(module):
                for word in written:
                    self._named_with[word].add(name)

    def of(self, names: frozenset[str]) -> frozenset[str]:
        """These names, as texts as well, and all that may stand for them."""
        if names not in self._found:
            pending = [*names, *map(as_text, names)]
            seen = set(pending)
            for word in pending:  # grows on the way
                new = self._named_with.get(word, set()) - seen
                seen |= new
                pending += new
            self._found[names] = frozenset(seen)
        return self._found[names]


def _bound(module: Module) -> Iterator[tuple[str, Iterable[str]]]:
    for alias in module.find(ast.alias):
        if alias.asname:
            yield alias.asname, [alias.name.rpartition(".")[2]]
    for target, value in _set(module):
        yield from _given(target, value)
    for given in module.find(ast.arguments):
        yield from _defaults(given)
    yield from _defined(module)


def _defined(module: Module) -> Iterator[tuple[str, Iterable[str]]]:
    for definition in module.find(ast.ClassDef):
        for base in definition.bases:
            yield definition.name, words(base)
    for function in module.functions:
        for result in returned(function):
            yield function.name, words(result)


def _set(module: Module) -> Iterator[tuple[ast.expr, ast.expr | None]]:
    yield from ((target, one.value) for one in module.find(ast.Assign) for target in one.targets)
    yield from ((one.target, one.value) for one in module.find(ast.AnnAssign))
    yield from ((one.target, one.value) for one in module.find(ast.NamedExpr))
    yield from ((one.target, one.iter) for one in module.find(ast.For))
    yield from ((one.target, one.iter) for one in module.find(ast.comprehension))
    yield from ((one.optional_vars, one.context_expr) for one in module.find(ast.withitem) if one.optional_vars)


def _given(target: ast.expr, value: ast.expr | None) -> Iterator[tuple[str, Iterable[str]]]:
    written = words(value) if value else set()
    if written:
        for part in nodes_within(target):
            if isinstance(part, ast.Name | ast.Attribute):
                yield last_name(part), written


def _defaults(given: ast.arguments) -> Iterator[tuple[str, Iterable[str]]]:
    for parameter, default in zip(reversed([*given.posonlyargs, *given.args]), reversed(given.defaults), strict=False):
        yield parameter.arg, words(default)
    for parameter, keyword_default in zip(given.kwonlyargs, given.kw_defaults, strict=True):
        if keyword_default:
            yield parameter.arg, words(keyword_default)
