"""Under which other names something may be met: a coarse sieve, so that only what may matter is followed exactly."""

import ast
from collections import defaultdict
from collections.abc import Iterable, Iterator

from guardrails.dotted import last_name, words
from guardrails.module import Module
from guardrails.returns import returned


class Aliases:
    """Every name of a project with the words that what it is bound to is written with."""

    def __init__(self, modules: Iterable[Module]) -> None:
        self._named_with: dict[str, set[str]] = defaultdict(set)
        self._found: dict[frozenset[str], frozenset[str]] = {}
        for module in modules:
            for name, words in _bound(module):
                for word in words:
                    self._named_with[word].add(name)

    def of(self, names: frozenset[str]) -> frozenset[str]:
        """These names and all that may stand for them."""
        if names not in self._found:
            pending = [*names]
            seen = set(pending)
            for word in pending:  # grows on the way
                new = self._named_with.get(word, set()) - seen
                seen |= new
                pending += new
            self._found[names] = frozenset(seen)
        return self._found[names]


def _bound(module: Module) -> Iterator[tuple[str, Iterable[str]]]:
    for imported in [*module.find(ast.Import), *module.find(ast.ImportFrom)]:
        for alias in imported.names:
            if alias.asname:
                yield alias.asname, [alias.name.rpartition(".")[2]]
    for statement in module.find(ast.Assign):
        for target in statement.targets:
            yield from _given(target, statement.value)
    for one in [*module.find(ast.AnnAssign), *module.find(ast.NamedExpr)]:
        yield from _given(one.target, one.value)
    for loop in [*module.find(ast.For), *module.find(ast.comprehension)]:
        yield from _given(loop.target, loop.iter)
    for item in module.find(ast.withitem):
        if item.optional_vars:
            yield from _given(item.optional_vars, item.context_expr)
    for given in module.find(ast.arguments):
        yield from _defaults(given)
    for function in module.functions:
        for value in returned(function):
            yield function.name, words(value)


def _given(target: ast.expr, value: ast.expr | None) -> Iterator[tuple[str, Iterable[str]]]:
    if value is None or isinstance(value, ast.Constant):
        return
    words = words(value)
    targets = target.elts if isinstance(target, ast.Tuple | ast.List) else [target]
    for one in targets:
        named = one.value if isinstance(one, ast.Subscript) else one
        if name := last_name(named):
            yield name, words


def _defaults(given: ast.arguments) -> Iterator[tuple[str, Iterable[str]]]:
    for parameter, default in zip(reversed([*given.posonlyargs, *given.args]), reversed(given.defaults), strict=False):
        yield parameter.arg, words(default)
    for parameter, keyword_default in zip(given.kwonlyargs, given.kw_defaults, strict=True):
        if keyword_default:
            yield parameter.arg, words(keyword_default)
