"""An app does not reach Celery by way of other modules either."""

from collections.abc import Iterator

from guardrails.imports import Imported
from guardrails.module import Module
from guardrails.names import is_celery, is_within
from guardrails.project import Project
from guardrails.rule import Problem, Rule, problem_at
from guardrails.rules.celery_in_apps import is_business


def check(project: Project) -> Iterator[Problem]:
    for module in project.modules:
        if is_business(module) and "management" not in module.path.parts:
            for imported in project.imports(module):
                if way := _way_out(project, module, imported):
                    names = " -> ".join([*(step.name for step in way), "celery"])
                    what = f"{module.path.name} reaches Celery by way of {names}"
                    enqueue = project.configuration.enqueue[0]
                    instead = (
                        f"enqueue the task by its name with {enqueue}, or move what is needed here out of {way[0].name}"
                    )
                    yield problem_at(module, imported.node, what, instead)


def _way_out(project: Project, module: Module, imported: Imported) -> list[Module]:
    """The way from a module outside of the apps to Celery. What apps import is found where they do."""
    if any(map(is_celery, imported.names)):
        return []
    # What asks for tasks may do its work as it likes.
    asking = {function.rpartition(".")[0] for function in project.configuration.enqueue}
    for target in project.reach.targets(imported):
        if _holds(target, module) and not _is_of_celery(project, imported):
            continue
        way = [] if target.is_of_apps else project.reach.way(target)
        if way and asking.isdisjoint(step.name for step in way):
            return way
    return []


def _holds(package: Module, module: Module) -> bool:
    """Whether it is loaded with the module anyway, whatever is imported from it."""
    return package.is_package and is_within(module.name, package.name)


def _is_of_celery(project: Project, imported: Imported) -> bool:
    return any(is_celery(origin) for name in imported.names for origin in project.follow(name))


RULE = Rule("GR021", "what is imported there is loaded with the business logic, and the queue with it", check)
