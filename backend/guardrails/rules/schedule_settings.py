"""No setting holds a schedule."""

import ast
from collections.abc import Iterator

from guardrails.module import Module
from guardrails.project import Project
from guardrails.rule import Located, Problem, Rule, problem_at
from guardrails.rules.schedule_reasons import INSTEAD, WHY

SETTINGS = frozenset({"beat_schedule", "CELERY_BEAT_SCHEDULE", "CELERYBEAT_SCHEDULE"})
CHANGES = frozenset({"update", "setdefault"})


def check(project: Project) -> Iterator[Problem]:
    for module in project.modules:
        if not module.in_tests:
            for node in _settings(module):
                yield problem_at(module, node, "a schedule is set here in code", INSTEAD)


def _settings(module: Module) -> Iterator[Located]:
    nodes: list[ast.Name | ast.Attribute] = [*module.find(ast.Name), *module.find(ast.Attribute)]
    for node in nodes:
        if isinstance(node.ctx, ast.Store) and _is_setting(module, node):
            yield node
    for item in module.find(ast.Subscript):
        if isinstance(item.ctx, ast.Store) and (_is_setting(module, item.value) or _is_setting(module, item.slice)):
            yield item
    for mapping in module.find(ast.Dict):
        yield from (key for key in mapping.keys if key and _is_setting(module, key))
    for call in module.find(ast.Call):
        if _sets(module, call):
            yield call


def _sets(module: Module, call: ast.Call) -> bool:
    """`conf.update(beat_schedule=...)`, `beat_schedule.update(...)`, `setattr(conf, "beat_schedule", ...)`."""
    if any(keyword.arg in SETTINGS for keyword in call.keywords):
        return True
    if isinstance(call.func, ast.Attribute):
        return call.func.attr in CHANGES and _is_setting(module, call.func.value)
    is_setattr = isinstance(call.func, ast.Name) and call.func.id == "setattr"
    return is_setattr and len(call.args) == 3 and _is_setting(module, call.args[1])


def _is_setting(module: Module, expression: ast.expr) -> bool:
    if isinstance(expression, ast.Attribute):
        return expression.attr in SETTINGS
    if isinstance(expression, ast.Name):
        return expression.id in SETTINGS
    return module.text(expression) in SETTINGS


RULE = Rule("GR013", WHY, check)
