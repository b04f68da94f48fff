"""No code that nobody asked for a schedule writes the row of one."""

import ast
import re
from collections.abc import Iterator

from guardrails.module import Module
from guardrails.project import Project
from guardrails.rule import Problem, Rule, problem_at
from guardrails.rules.schedule_reasons import INSTEAD, WHY

_MODELS = ("PeriodicTask", "CrontabSchedule", "IntervalSchedule", "SolarSchedule", "ClockedSchedule")
_WRITES = ("create", "get_or_create", "update_or_create", "bulk_create")
_ROW = re.compile(
    rf"django_celery_beat\.models\.({'|'.join(_MODELS)})"
    rf"((\.objects|\._default_manager|\._base_manager)(\..+)?\.a?({'|'.join(_WRITES)}))?"
)

_NAMES = frozenset({*_MODELS, *_WRITES, *(f"a{write}" for write in _WRITES)})

# Where a person asks for something; a row made there is one that an operator wants.
_ASKED = frozenset({"views", "viewsets", "admin", "forms", "serializers", "api", "management"})


def check(project: Project) -> Iterator[Problem]:
    if not any("celery_beat" in module.source.text for module in project.modules):
        return
    for module in project.modules:
        if module.in_tests:
            continue
        names = project.aliases(module, _NAMES)
        for call in module.calls(names):
            match = next(filter(None, map(_ROW.fullmatch, sorted(project.origins(module, call.func)))), None)
            if match and _runs_unasked(project, module, call):
                yield problem_at(module, call, f"a row of {match[1]} is written by code that runs unasked", INSTEAD)


def _runs_unasked(project: Project, module: Module, call: ast.Call) -> bool:
    if "migrations" in module.path.parts or module.path.name in {"apps.py", "signals.py", "celery.py", "__init__.py"}:
        return True
    # Services and tasks are run for somebody who did not ask for a schedule; all else when it is loaded.
    is_business = module.app is not None and _ASKED.isdisjoint(module.path.with_suffix("").parts)
    return is_business or project.is_run_when_loaded(module, call)


RULE = Rule("GR015", WHY, check)
