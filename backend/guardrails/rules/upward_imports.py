"""A layer imports what lies below it, never what lies above."""

import ast
from collections.abc import Iterator
from functools import partial

from guardrails.calls import argument, given_name
from guardrails.dotted import last_name
from guardrails.module import Module
from guardrails.names import is_within
from guardrails.project import Project
from guardrails.rule import Located, Problem, Rule, problem_at

_FETCHES = frozenset({"get_model", "get_registered_model"})
_RELATIONS = frozenset({"ForeignKey", "OneToOneField", "ManyToManyField"})


def check(project: Project) -> Iterator[Problem]:
    layers = project.configuration.layers
    for module in project.modules:
        own = _layer(layers, module.name)
        if own is None or module.in_tests:
            continue
        for node, names in [*_imported(project, module), *_named(project, module)]:
            above = [name for name in names if (its := _layer(layers, name)) is not None and its < own]
            if above:
                what = f"{layers[own]} reaches up to {above[0]}"
                instead = (
                    f"move what both need down, or enqueue a task by its name with {project.configuration.enqueue[0]}"
                )
                yield problem_at(module, node, what, instead)


def _layer(layers: tuple[str, ...], name: str) -> int | None:
    """The place of the longest layer that the name lies under, from the highest on."""
    holding = [(len(layer), place) for place, layer in enumerate(layers) if is_within(name, layer)]
    return max(holding)[1] if holding else None


def _imported(project: Project, module: Module) -> Iterator[tuple[Located, tuple[str, ...]]]:
    for imported in project.imports(module):
        yield imported.node, imported.names


def _named(project: Project, module: Module) -> Iterator[tuple[Located, tuple[str, ...]]]:
    """Models by label: `get_model("label", "Model")`, `ForeignKey("label.Model")`. Migrations may look anywhere."""
    if "migrations" in module.path.parts:
        return
    for call in module.calls_of(*_FETCHES, *_RELATIONS):
        is_fetch = last_name(call.func) in _FETCHES
        label = _fetched(project, module, call) if is_fetch else _related(project, module, call)
        yield call, tuple(sorted(project.app_packages(label)))


def _fetched(project: Project, module: Module, call: ast.Call) -> str:
    model = given_name(partial(project.text, module), call)
    return (model or "").partition(".")[0]


def _related(project: Project, module: Module, call: ast.Call) -> str:
    return (project.text(module, argument(call, 0, "to")) or "").rpartition(".")[0]


RULE = Rule("GR022", "a lower layer must run, and be read, without those above it", check)
