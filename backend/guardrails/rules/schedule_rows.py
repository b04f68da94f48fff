"""No migration and no start of an app writes a schedule's row."""

import ast
import re
from collections.abc import Iterator

from guardrails.module import Module
from guardrails.project import Project
from guardrails.rule import Problem, Rule, problem_at
from guardrails.rules.schedule_reasons import INSTEAD, WHY

_WRITES = r"a?(create|get_or_create|update_or_create|bulk_create)"
_ROW = re.compile(
    r"django_celery_beat\.models\.(PeriodicTask|(Crontab|Interval|Solar|Clocked)Schedule)"
    rf"(\.objects(\..+)?\.{_WRITES})?"
)


def check(project: Project) -> Iterator[Problem]:
    for module in project.modules:
        if not _runs_unasked(module):
            continue
        for call in module.find(ast.Call):
            if match := next(filter(None, map(_ROW.fullmatch, project.origins(module, call.func))), None):
                yield problem_at(module, call, f"a row of {match[1]} is written by code that runs unasked", INSTEAD)


def _runs_unasked(module: Module) -> bool:
    return "migrations" in module.path.parts or module.path.name == "apps.py"


RULE = Rule("GR015", WHY, check)
