"""What a task has to know of the service that it calls."""

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from makers.names import Argument, check_argument
from makers.refusal import Refused

# A task has no import but its service, so these are all that its annotations can say.
_PLAIN = frozenset({"None", "bool", "dict", "float", "int", "list", "object", "str", "tuple"})
_NEW_RESULT = "dict[str, object]"


@dataclass(frozen=True)
class Service:
    """`result`: what it returns, as its task may annotate it."""

    name: str
    arguments: Sequence[Argument]
    result: str

    @property
    def parameters(self) -> list[str]:
        return [f"{one.name}: {one.type}" for one in self.arguments]


def new_service(name: str, arguments: Sequence[Argument]) -> Service:
    return Service(name, arguments, _NEW_RESULT)


def read_service(statement: ast.stmt, place: str, name: str, asked: Sequence[Argument]) -> Service:
    """A service that is there. What it needs must be ids, and what was asked for, if anything was."""
    if not isinstance(statement, ast.FunctionDef):
        raise Refused(place, f"`{name}` is there and no function of this module; take another name")
    arguments = list(_needed(statement, place))
    if asked and [(one.name, one.type) for one in asked] != [(one.name, one.type) for one in arguments]:
        wanted = " ".join(f"{one.name}:{one.type}" for one in arguments) or "nothing"
        raise Refused(place, f"the service `{name}` takes other arguments: {wanted}")
    return Service(name, arguments, _plain_result(statement.returns))


def _needed(function: ast.FunctionDef, place: str) -> Iterator[Argument]:
    """All without a default. What has one stays the service's own affair."""
    given = function.args
    by_place = [*given.posonlyargs, *given.args]
    by_name = [one for one, default in zip(given.kwonlyargs, given.kw_defaults, strict=True) if default is None]
    for one in (*by_place[: len(by_place) - len(given.defaults)], *by_name):
        type_name = ast.unparse(one.annotation) if one.annotation else ""
        yield check_argument(
            Argument(one.arg, type_name, by_name=one in by_name), f"{place}: the service `{function.name}` is there"
        )


def _plain_result(returns: ast.expr | None) -> str:
    """The annotation with `object` for Any, where it needs no import; else just `object`."""
    if returns is None:
        return "object"
    text = ast.unparse(returns)
    parts = [node for node in ast.walk(returns) if isinstance(node, ast.Name | ast.Attribute | ast.Constant)]
    is_plain = all(ast.unparse(part) in _PLAIN | {"Any"} for part in parts)
    return text.replace("Any", "object") if is_plain else "object"
