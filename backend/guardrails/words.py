"""The words by which an expression may be something else: what it ends in, whatever else stands in it."""

import ast
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar

from guardrails.dotted import last_name

# Calls that import what a text names.
LOADERS = frozenset({"import_module", "import_string", "__import__", "locate", "resolve_name", "find_spec"})
# Calls that give what a text names.
_FETCH = frozenset({"getattr", "attrgetter", "methodcaller", "get_model", "get_registered_model"})
# Calls that give what they are given.
_GIVE_ARGUMENTS = frozenset(
    {"partial", "cast", "staticmethod", "classmethod", "list", "tuple", "set", "dict", "next", "zip", "enumerate"}
    | {"sorted", "iter", "reversed", "frozenset"}
)
_TAKE_ALL = _GIVE_ARGUMENTS | _FETCH

_GIVE_ELEMENTS = frozenset({"get", "pop", "popitem", "setdefault", "values", "items"})


def as_text(text: str) -> str:
    """The word of a text: its last part, told apart from names."""
    return f'"{text.rpartition(".")[2]}'


def as_attribute(name: str) -> str:
    """The word of an attribute: `.task`, told apart from the plain name."""
    return name if is_attribute(name) else f".{name}"


def as_name(attribute: str) -> str:
    """The `task` of the word `.task`."""
    return attribute.removeprefix(".")


def is_attribute(word: str) -> bool:
    return word.startswith(".")


def words(value: ast.expr) -> set[str]:
    """Names, ends of attributes and texts, also those of functions that are called, of containers and of choices.

    `app.task` has `.task`, as it is an attribute; `JOBS["slow"]` has `JOBS`; `shared_task(bind=True)` has
    `shared_task`. `f(x)` has no `x`.
    """
    found = _FOUND.get(type(value))
    return found(value) if found else set()


def _any(values: Iterable[ast.expr | None]) -> set[str]:
    return set().union(*(words(value) for value in values if value))


def _of_elements(values: Iterable[ast.expr]) -> set[str]:
    """Texts in containers are mere data."""
    return _any(value for value in values if not isinstance(value, ast.Constant))


def _of_call(call: ast.Call) -> set[str]:
    name = last_name(call.func)
    given: list[ast.expr] = [*call.args, *(keyword.value for keyword in call.keywords)]
    if name in LOADERS:  # what it gives is no loader
        return _any(given)
    if name not in _TAKE_ALL:
        given = [one for one in given if "." in _literal(one)]  # as `load("celery.shared_task")`
    if isinstance(call.func, ast.Attribute) and name in _GIVE_ELEMENTS:
        given.append(call.func.value)
    return words(call.func) | _any(given) if given else words(call.func)


def _of_sum(value: ast.BinOp) -> set[str]:
    whole = _literal(value)
    return {as_text(whole)} if whole else _any([value.left, value.right])


def _literal(node: ast.expr) -> str:
    """The text of a literal, also of one that is put together: `"shared" + "_task"`."""
    if isinstance(node, ast.BinOp):
        left, right = _literal(node.left), _literal(node.right)
        return left + right if left and right else ""
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def _of_item(item: ast.Subscript) -> set[str]:
    """A key matters where it is a name: `globals()["job"]`, `holder.__dict__["job"]`."""
    is_name = isinstance(item.value, ast.Call) or last_name(item.value) == "__dict__"
    return _any([item.value, item.slice if is_name else None])


def _of_constant(value: ast.Constant) -> set[str]:
    return {as_text(value.value)} if isinstance(value.value, str) else set()


_FOUND: dict[type[ast.expr], Callable[..., set[str]]] = {
    ast.Name: lambda value: {value.id},
    ast.Attribute: lambda value: {f".{value.attr}"},
    ast.Constant: _of_constant,
    ast.Call: _of_call,
    ast.BinOp: _of_sum,
    ast.Subscript: _of_item,
    ast.JoinedStr: lambda value: _any(value.values),
    ast.FormattedValue: lambda value: words(value.value),
    ast.IfExp: lambda value: _any([value.body, value.orelse]),
    ast.BoolOp: lambda value: _any(value.values),
    ast.NamedExpr: lambda value: words(value.value),
    ast.Await: lambda value: words(value.value),
    ast.Starred: lambda value: words(value.value),
    ast.Lambda: lambda value: words(value.body),
    ast.Dict: lambda value: _of_elements(value.values),
    ast.List: lambda value: _of_elements(value.elts),
    ast.Tuple: lambda value: _of_elements(value.elts),
    ast.Set: lambda value: _of_elements(value.elts),
    ast.ListComp: lambda value: words(value.elt),
    ast.GeneratorExp: lambda value: words(value.elt),
}


def may_mean(function: ast.expr, names: frozenset[str]) -> bool:
    """Whether what is called ends in one of the names, or in what only following it tells."""
    if isinstance(function, ast.Name):  # nearly all are one of these two
        return function.id in names
    if isinstance(function, ast.Attribute):
        return f".{function.attr}" in names
    return not names.isdisjoint(words(function))


Node = TypeVar("Node", bound=ast.AST)
Index = Mapping[str, list[tuple[int, Node]]]
"""Nodes by the words that they have, each with its place in the order of all."""


def index(nodes: Iterable[tuple[Node, set[str]]]) -> Index[Node]:
    """Most words of a file are no rule's: who asks by words need not go over all nodes."""
    found: dict[str, list[tuple[int, Node]]] = defaultdict(list)
    for place, (node, its_words) in enumerate(nodes):
        for word in its_words:
            found[word].append((place, node))
    return dict(found)


def chosen(known: Index[Node], names: frozenset[str]) -> list[Node]:
    """The nodes that have one of the names among their words, in order."""
    found = {place: node for name in names.intersection(known) for place, node in known[name]}
    return [found[place] for place in sorted(found)]
