"""No code makes a schedule."""

import ast
from collections.abc import Iterator

from guardrails.imports import imports
from guardrails.module import Module
from guardrails.project import Project
from guardrails.rule import Located, Problem, Rule, problem_at
from guardrails.rules.schedule_reasons import INSTEAD, WHY

SCHEDULES = frozenset(
    {
        "celery.schedules.crontab",
        "celery.schedules.schedule",
        "celery.schedules.solar",
        "celery.schedules.*",
        "django_celery_beat.tzcrontab.TzAwareCrontab",
    }
)
SIGNALS = frozenset({"on_after_configure", "on_after_finalize"})


def check(project: Project) -> Iterator[Problem]:
    for module in project.modules:
        if module.in_tests:
            continue
        for node, what in [*_imported(project, module), *_called(project, module), *_added(module)]:
            yield problem_at(module, node, what, INSTEAD)


def _imported(project: Project, module: Module) -> Iterator[tuple[Located, str]]:
    for imported in imports(project, module):
        if name := next(filter(SCHEDULES.__contains__, imported.names), None):
            yield imported.node, f"{name} is imported to make a schedule"


def _called(project: Project, module: Module) -> Iterator[tuple[Located, str]]:
    for call in module.find(ast.Call):
        if name := next(filter(SCHEDULES.__contains__, project.origins(module, call.func)), None):
            yield call, f"{name} makes a schedule in code"


def _added(module: Module) -> Iterator[tuple[Located, str]]:
    for attribute in module.find(ast.Attribute):
        if attribute.attr == "add_periodic_task":
            yield attribute, "add_periodic_task makes a schedule in code"
        elif attribute.attr == "connect" and _last_name(attribute.value) in SIGNALS:
            yield attribute, f"{_last_name(attribute.value)} is the hook that makes schedules at start"


def _last_name(expression: ast.expr) -> str:
    if isinstance(expression, ast.Attribute):
        return expression.attr
    return expression.id if isinstance(expression, ast.Name) else ""


RULE = Rule("GR014", WHY, check)
