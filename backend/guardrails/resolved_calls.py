"""What calls give, where it can be told from what they are given."""

import ast
from collections.abc import Callable

from guardrails.calls import given_name, imported_by_call
from guardrails.dotted import last_name
from guardrails.module import Module
from guardrails.names import EACH, UNKNOWN, called, element
from guardrails.texts import Texts

Resolve = Callable[[ast.expr], set[str]]

# Wrappers that give what they are given.
_CASTS = {"typing.cast": 1, "functools.partial": 0, f"{UNKNOWN}staticmethod": 0, f"{UNKNOWN}classmethod": 0}
_CONTAINERS = frozenset({"list", "tuple", "set", "frozenset", "reversed", "sorted", "iter"})


class Calls:
    """Resolves the calls of one module. `of` resolves any other expression."""

    def __init__(self, module: Module, texts: Texts, of: Resolve) -> None:
        self._module, self._texts, self._of = module, texts, of

    def given_by(self, call: ast.Call) -> set[str]:
        """Where what the call gives may come from."""
        functions = {_plain(name) for name in self._of(call.func)}
        if imported := imported_by_call(self._module, self._texts, call, functions):
            return {imported}
        if fetched := self._fetched(call, functions):
            return fetched
        given = [place for name, place in _CASTS.items() if name in functions and len(call.args) > place]
        if given:
            return self._of(call.args[given[0]])
        if isinstance(call.func, ast.Lambda):
            return self._of(call.func.body)
        if isinstance(call.func, ast.Name) and call.func.id in _CONTAINERS and call.args:
            return {origin for origin in self._of(call.args[0]) if origin.endswith(EACH)} or {UNKNOWN}
        if f"{UNKNOWN}dict" in functions:
            values = [keyword.value for keyword in call.keywords]
            return {origin + EACH for value in values for origin in self._of(value)} or {UNKNOWN}
        return {called(origin) for origin in functions}

    def _fetched(self, call: ast.Call, functions: set[str]) -> set[str]:
        """`getattr(holder, "name")`, `attrgetter("name")(holder)`, `get_model("label", "Model")`, `next(jobs)`."""
        texts = [self._texts.of(argument) for argument in call.args]
        if f"{UNKNOWN}getattr" in functions and len(texts) > 1 and texts[1]:
            return {f"{origin}.{texts[1]}" for origin in self._of(call.args[0])}
        if f"{UNKNOWN}next" in functions and call.args:
            return {element(origin) for origin in self._of(call.args[0])}
        if "operator.attrgetter()" in functions and isinstance(call.func, ast.Call) and call.args:
            name = self._texts.of(call.func.args[0]) if call.func.args else None
            return {f"{origin}.{name}" for origin in self._of(call.args[0])} if name else set()
        if any(origin.endswith(("get_model", "get_registered_model")) for origin in functions):
            model = given_name(self._texts.of, call)
            return {model} if model else set()
        return set()

    def part(self, container: ast.expr, place: int) -> set[str]:
        """`for name, job in [("slow", job)]`, `in JOBS.items()`, `in enumerate(jobs)`, `in zip(names, jobs)`."""
        if isinstance(container, ast.List | ast.Tuple | ast.Set):
            tuples = [one.elts for one in container.elts if isinstance(one, ast.Tuple | ast.List)]
            return self._all([one[place] for one in tuples if len(one) > place])
        if not isinstance(container, ast.Call):
            return set()
        name, given = last_name(container.func), container.args
        if name == "zip":
            return {element(origin) for origin in self._all(given[place : place + 1])}
        if place != 1:
            return set()
        held: list[ast.expr] = [container] if name == "items" else given if name == "enumerate" else []
        return {element(origin) for origin in self._all(held)}

    def _all(self, expressions: list[ast.expr]) -> set[str]:
        return set().union(*map(self._of, expressions))


def _plain(name: str) -> str:
    """A built-in function is the same with and without its module."""
    root, _, rest = name.partition(".")
    return f"{UNKNOWN}{rest}" if root == "builtins" else name
