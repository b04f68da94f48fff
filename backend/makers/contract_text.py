"""Edits of the import contracts in pyproject.toml and of message_contracts.json."""

import json
import re
import tomllib
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from makers.names import Argument
from makers.refusal import Refused


def add_to_import_contracts(text: str, place: str, app: str) -> str:
    """The app stands below the first one, which tells of all others, and its tasks.py may import its services."""
    before = _layers(text, place)
    task_import = f"apps.{app}.tasks -> apps.{app}.services"
    text = _after(text, 'id = "apps"', r'layers = \["\w+", ', f'"{app}", ')
    text = _after(text, 'id = "tasks"', r"ignore_imports = \[\n", f'  "{task_import}",\n')
    text = _after(text, "[tool.guardrails]", rf'.*"apps\.{before.apps[0]}", ', f'"apps.{app}", ')
    if _layers(text, place) != before.with_app(app, task_import):
        raise Refused(place, "the layers of apps, or the contract `tasks`, are not written as before; add it by hand")
    return text


@dataclass(frozen=True)
class _Layers:
    """Who may import whom, by import-linter and by guardrails, whose layers need not name each app."""

    apps: list[str]
    tasks: list[str]
    of_guardrails: list[str]

    def with_app(self, app: str, task_import: str) -> "_Layers":
        first, *others = self.apps
        layers = list(self.of_guardrails)
        if f"apps.{first}" in layers:
            layers.insert(layers.index(f"apps.{first}") + 1, f"apps.{app}")
        return _Layers([first, app, *others], [task_import, *self.tasks], layers)


def _layers(text: str, place: str) -> _Layers:
    try:
        tool = tomllib.loads(text)["tool"]
        contracts = {one["id"]: one for one in tool["importlinter"]["contracts"]}
        of_guardrails = tool.get("guardrails", {}).get("layers", [])
        return _Layers(contracts["apps"]["layers"], contracts["tasks"]["ignore_imports"], of_guardrails)
    except (tomllib.TOMLDecodeError, KeyError) as error:
        raise Refused(place, f"has no import contracts `apps` and `tasks` ({error!r})") from error


def _after(text: str, heading: str, pattern: str, added: str) -> str:
    """Put something behind the place below a heading where the pattern is found; if there is none, nowhere."""
    found = re.search(rf"^{re.escape(heading)}\n(?:(?!\[).*\n)*?{pattern}", text, re.MULTILINE)
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
