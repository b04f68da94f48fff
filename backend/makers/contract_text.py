"""Edits of the import contracts in pyproject.toml and of message_contracts.json."""

import json
import re
import tomllib
from collections.abc import Collection
from typing import Any

from makers.names import Argument
from makers.refusal import Refused


def add_to_import_contracts(text: str, place: str, app: str) -> str:
    """The app stands below the first one, which tells of all others, and its tasks.py may import its services."""
    layers, allowed = _contract(text, place, "apps")["layers"], _contract(text, place, "tasks")["ignore_imports"]
    task_import = f"apps.{app}.tasks -> apps.{app}.services"
    text = _after(text, "apps", r'layers = \["\w+", ', f'"{app}", ')
    text = _after(text, "tasks", r"ignore_imports = \[\n", f'  "{task_import}",\n')
    as_meant = _contract(text, place, "apps")["layers"] == [*layers[:1], app, *layers[1:]] and _contract(
        text, place, "tasks"
    )["ignore_imports"] == [task_import, *allowed]
    if not as_meant:
        raise Refused(place, "the contracts `apps` and `tasks` are not written as they were; add the app by hand")
    return text


def _contract(text: str, place: str, identifier: str) -> dict[str, Any]:
    try:
        contracts = tomllib.loads(text)["tool"]["importlinter"]["contracts"]
        return dict(next(one for one in contracts if one["id"] == identifier))
    except (tomllib.TOMLDecodeError, KeyError, StopIteration) as error:
        raise Refused(place, f"has no import contract with the id {identifier!r} ({error!r})") from error


def _after(text: str, identifier: str, pattern: str, added: str) -> str:
    """Put something behind the place of a contract where the pattern is found; if there is none, nowhere."""
    found = re.search(rf'^id = "{identifier}"\n(?:(?!\[\[).*\n)*?{pattern}', text, re.MULTILINE)
    return text[: found.end()] + added + text[found.end() :] if found else text


def add_queue(text: str, place: str, name: str) -> str:
    """A queue of messages that are under way."""
    document = _read(text, place)
    document["queues"] = sorted({*document["queues"], name})
    return _written(document)


def add_task(text: str, place: str, name: str, arguments: Collection[Argument]) -> str:
    """A task with its arguments, as `manage.py message_contracts write` has it."""
    document = _read(text, place)
    if name in document.get("retired", {}):
        raise Refused(place, f"{name} is retired, and messages of it may be under way; take another name")
    app = name.partition(".")[0]
    if app not in document["queues"]:
        raise Refused(place, f"has no queue {app!r}; `manage.py message_contracts write` brings it up to date")
    contract: dict[str, Any] = {"queue": app}
    if arguments:
        contract["arguments"] = {one.name: one.type for one in arguments}
    document["tasks"] = dict(sorted({**document["tasks"], name: contract}.items()))
    return _written(document)


def _read(text: str, place: str) -> dict[str, Any]:
    try:
        document = json.loads(text)
    except ValueError as error:
        raise Refused(place, f"cannot be read as JSON ({error})") from error
    if not isinstance(document, dict) or not {"queues", "tasks"} <= document.keys():
        raise Refused(place, "has no queues and tasks; `manage.py message_contracts` says what it must be")
    return document


def _written(document: dict[str, Any]) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"
