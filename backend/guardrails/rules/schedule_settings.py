"""No setting holds a schedule."""

import ast
import re
from collections.abc import Iterator

from guardrails.dotted import last_name
from guardrails.module import Module
from guardrails.project import Project
from guardrails.rule import Located, Problem, Rule, problem_at
from guardrails.rules.schedule_reasons import INSTEAD, WHY
from guardrails.texts import READABLE

# Django's setting under any prefix, and Celery's own, which is also a plain word.
_SETTING = re.compile(r"(\w+_)?CELERY_?BEAT_SCHEDULE")
_OWN = frozenset({"beat_schedule", "BEAT_SCHEDULE"})
_CHANGES = frozenset({"update", "setdefault", "__setitem__", "insert"})
_SETTERS = frozenset({"setattr", "__setattr__", "__setitem__"})
_CONFIGURES = frozenset({"update", "add_defaults", "config_from_object", "Celery", "setdefault", "from_mapping"})


def check(project: Project) -> Iterator[Problem]:
    for module in project.modules:
        if not module.in_tests and project.reach:
            settings = _Settings(project, module)
            for node in settings.found():
                yield problem_at(module, node, "a schedule is set here in code", INSTEAD)


class _Settings:
    """The places of one module that set a schedule."""

    def __init__(self, project: Project, module: Module) -> None:
        self._project, self._module = project, module

    def found(self) -> Iterator[Located]:
        module = self._module
        if module.has("beat_schedule", "SCHEDULE"):
            yield from self._by_name()
        for item in module.find(ast.Subscript):
            if isinstance(item.ctx, ast.Store) and (self._is_set(item.value) or self._is_text(item.slice)):
                yield item
        for mapping in module.find(ast.Dict):
            yield from (key for key in mapping.keys if key and self._is_text(key))
        for call in module.calls_of(*_SETTERS):
            if any(map(self._is_text, call.args[:2])):
                yield call

    def _by_name(self) -> Iterator[Located]:
        nodes: list[ast.Name | ast.Attribute] = [*self._module.find(ast.Name), *self._module.find(ast.Attribute)]
        for node in nodes:
            if isinstance(node.ctx, ast.Store) and self._is_set(node):
                yield node
        for call in self._module.find(ast.Call):
            yield from self._in_call(call)

    def _in_call(self, call: ast.Call) -> Iterator[Located]:
        """`conf.update(beat_schedule=...)`, `beat_schedule.update(...)`."""
        name = last_name(call.func)
        for keyword in call.keywords:
            given_as = keyword.arg
            if given_as and self._is_named(given_as) and (name in _CONFIGURES or given_as not in _OWN):
                yield keyword
        for given in call.args if name in _CONFIGURES else ():
            if isinstance(given, ast.Call) and last_name(given.func) == "dict":
                yield from (keyword for keyword in given.keywords if keyword.arg in _OWN)
        if isinstance(call.func, ast.Attribute) and name in _CHANGES and self._is_set(call.func.value):
            yield call

    def _is_set(self, expression: ast.expr) -> bool:
        name = last_name(expression)
        if isinstance(expression, ast.Name) and name == "beat_schedule":
            # A variable of that name means nothing, but in what Celery is configured from; one of a function never.
            return self._is_configuration(expression) and not self._is_local(expression)
        return bool(name) and self._is_named(name) and self._is_of_celery(expression)

    def _is_local(self, name: ast.Name) -> bool:
        return isinstance(name.ctx, ast.Store) and not self._project.is_run_when_loaded(self._module, name)

    def _is_of_celery(self, expression: ast.expr) -> bool:
        """No attribute of a class of the project's own."""
        if not isinstance(expression, ast.Attribute):
            return True
        origins = self._project.origins(self._module, expression.value)
        return not any(self._project.definition(origin) for origin in origins)

    def _is_configuration(self, node: ast.expr) -> bool:
        """Whether its module leads to Celery, or is named for configuration, or the class around it is."""
        words = {*self._module.path.with_suffix("").parts, *(self._project.class_around(self._module, node))}
        return self._module in self._project.reach or any(
            re.search("celery|settings|conf", word.lower()) for word in words
        )

    def _is_text(self, expression: ast.expr) -> bool:
        if not isinstance(expression, READABLE):
            return False
        text = self._project.text(self._module, expression)
        return text is not None and self._is_named(text) and (text not in _OWN or self._is_configuration(expression))

    def _is_named(self, name: str) -> bool:
        return name in _OWN or ("SCHEDULE" in name and _SETTING.fullmatch(name) is not None)


RULE = Rule("GR013", WHY, check)
