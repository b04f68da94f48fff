"""Turns the table of a pyproject.toml into a Configuration, value by value."""

import re
from collections.abc import Callable, Mapping

from guardrails.configuration import Configuration
from guardrails.patterns import fault

_MODULE = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*")


class Refused(ValueError):
    """What is wrong, with the key."""


def read_table(table: object, codes: frozenset[str]) -> Configuration:
    """The configuration that a table gives. Raises Refused."""
    if not isinstance(table, Mapping):
        raise Refused("tool.guardrails: must be a table")
    readers = _readers(codes)
    values: dict[str, object] = {}
    for key, value in table.items():
        if key not in readers:
            raise Refused(f"tool.guardrails.{key}: there is no such key; there are {', '.join(readers)}")
        try:
            values[key.replace("-", "_")] = readers[key](value)
        except ValueError as error:
            raise Refused(f"tool.guardrails.{key}: {error}") from None
    return Configuration(**values)  # type: ignore[arg-type] # each reader gives its field's type


def _readers(codes: frozenset[str]) -> dict[str, Callable[[object], object]]:
    def code(value: object) -> str:
        return _known(value, codes)

    return {
        "root": _folder,
        "apps": _list_of(_app),
        "services": _name,
        "tasks": _name,
        "enqueue": _list_of(_dotted),
        "senders": _list_of(_dotted),
        "task-base": _dotted,
        "queues": _list_of(_text),
        "given": _list_of(_file),
        "layers": _list_of(_dotted),
        "tests": _list_of(_pattern),
        "exclude": _list_of(_pattern),
        "select": _list_of(code),
        "ignore": _list_of(code),
        "per-path-ignores": _table_of(_list_of(code)),
        "baseline": _file,
    }


def _text(value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"{value!r} is not a text")
    return value


def _known(value: object, codes: frozenset[str]) -> str:
    if not isinstance(value, str) or value not in codes:
        raise ValueError(f"{value!r} is no code; there are {', '.join(sorted(codes))}")
    return value


def _dotted(value: object) -> str:
    if not _MODULE.fullmatch(_text(value)):
        raise ValueError(f"{value!r} is not a dotted name")
    return str(value)


def _name(value: object) -> str:
    if "." in _dotted(value):
        raise ValueError(f"{value!r} is not the name of a module alone")
    return str(value)


def _pattern(value: object) -> str:
    if wrong := fault(_text(value)):
        raise ValueError(f"{value!r} {wrong}")
    return str(value)


def _app(value: object) -> str:
    _pattern(_text(value).removeprefix("!"))
    return str(value)


def _file(value: object) -> str:
    if "*" in _pattern(value):
        raise ValueError(f"{value!r} is a pattern, and must be a path")
    return str(value)


def _folder(value: object) -> str:
    return "." if value == "." else _file(value)


def _list_of(item: Callable[[object], str]) -> Callable[[object], tuple[str, ...]]:
    def read(value: object) -> tuple[str, ...]:
        if not isinstance(value, list):
            raise ValueError(f"{value!r} is not a list")
        return tuple(map(item, value))

    return read


def _table_of(item: Callable[[object], tuple[str, ...]]) -> Callable[[object], dict[str, tuple[str, ...]]]:
    def read(value: object) -> dict[str, tuple[str, ...]]:
        if not isinstance(value, Mapping):
            raise ValueError(f"{value!r} is not a table")
        return {_pattern(key): item(codes) for key, codes in value.items()}

    return read
