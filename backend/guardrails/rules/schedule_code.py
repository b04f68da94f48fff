"""No code makes a schedule."""

import ast
import re
from collections.abc import Iterator

from guardrails.module import Module
from guardrails.names import is_celery
from guardrails.project import Project
from guardrails.rule import Located, Problem, Rule, problem_at
from guardrails.rules.schedule_reasons import INSTEAD, WHY

SCHEDULES = frozenset(
    {
        "celery.schedules.crontab",
        "celery.schedules.schedule",
        "celery.schedules.solar",
        "celery.schedules.*",
        "celery.task.periodic_task",
        "celery.task.schedules.crontab",
        "celery.decorators.periodic_task",
        "django_celery_beat.tzcrontab.TzAwareCrontab",
        "django_celery_beat.clockedschedule.clocked",
    }
)
_LAST = frozenset(name.rpartition(".")[2] for name in SCHEDULES)
SIGNALS = frozenset({"on_after_configure", "on_after_finalize"})
_ADDING = SIGNALS | {"add_periodic_task"}
_WORDS = re.compile(r"add_periodic_task|on_after_|getattr|celery")


def check(project: Project) -> Iterator[Problem]:
    for module in project.modules:
        if module.in_tests or not project.concerns(module, _WORDS):
            continue
        for node, what in [*_imported(project, module), *_called(project, module), *_added(project, module)]:
            yield problem_at(module, node, what, INSTEAD)


def _imported(project: Project, module: Module) -> Iterator[tuple[Located, str]]:
    last = project.aliases(module, _LAST) | {"*"}
    for imported in project.imports(module):
        likely = (name for name in imported.names if name.rpartition(".")[2] in last)
        reached = (name for name in likely if not SCHEDULES.isdisjoint({name, *project.follow(name)}))
        if name := next(reached, None):
            yield imported.node, f"{name} is imported to make a schedule"


def _called(project: Project, module: Module) -> Iterator[tuple[Located, str]]:
    names = project.aliases(module, _LAST)
    for call in module.calls(names):
        origins = project.origins(module, call.func)
        if name := next(filter(SCHEDULES.__contains__, sorted(origins)), None):
            yield call, f"{name} makes a schedule in code"


def _added(project: Project, module: Module) -> Iterator[tuple[Located, str]]:
    for attribute in module.attributes(_ADDING):
        if attribute.attr == "add_periodic_task" and _may_be_celerys(project, module, attribute.value):
            yield attribute, "add_periodic_task makes a schedule in code"
        elif attribute.attr in SIGNALS and _may_be_celerys(project, module, attribute.value):
            yield attribute, f"{attribute.attr} is the hook that makes schedules at start"
    for call in module.calls_of("getattr"):
        name = project.text(module, call.args[1]) if len(call.args) > 1 else None
        if name in _ADDING:
            yield call, f"{name} makes a schedule in code"


def _may_be_celerys(project: Project, module: Module, holder: ast.expr) -> bool:
    """It is Celery's, or nobody knows, in a project that has Celery."""
    origins = project.origins(module, holder)
    if any(map(is_celery, origins)):
        return True
    return (
        bool(project.reach)
        and all(origin.startswith("?") or project.has_module(origin) for origin in origins)
        and not any(map(project.definition, origins))
    )


RULE = Rule("GR014", WHY, check)
