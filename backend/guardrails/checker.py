"""Runs the rules over a project."""

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from guardrails.configuration import Configuration
from guardrails.project import Project, read_project
from guardrails.rule import Finding
from guardrails.rules import RULES
from guardrails.suppression_rules import WHYS, Use, faults, split
from guardrails.suppressions import suppressions

REASONS = {rule.code: rule.why for rule in RULES} | WHYS
CODES = frozenset(REASONS)

# For what follows nested expressions; trees that would need more are not taken (guardrails.walk).
_STACK = 20_000


@dataclass(frozen=True)
class Report:
    """What a project's rules say of it."""

    project: Project
    findings: list[Finding]
    uses: list[Use]


def check(root: Path, configuration: Configuration | None = None) -> Report:
    """All findings in the project at root (the folder that holds `apps` and `config`), in reading order."""
    with _without_collector():
        return examine(read_project(root, configuration))


def examine(project: Project) -> Report:
    """Run the rules that the project's configuration selects."""
    codes = selected(project.configuration)
    with _without_collector(), _with_stack():
        found = [finding for rule in RULES if rule.code in codes for finding in rule.findings(project)]
    comments = [comment for module in project.modules for comment in suppressions(module)]
    left, uses = split(found, comments)
    known = frozenset(rule.code for rule in RULES)
    decided = [use for use in uses if use.code in codes or use.code not in known]
    left += [fault for fault in faults(comments, decided, known) if fault.code in codes]
    configuration = project.configuration
    told = [finding for finding in left if not configuration.is_ignored(finding.path, finding.code)]
    return Report(project, sorted(told), uses)


def selected(configuration: Configuration) -> frozenset[str]:
    """The codes of the rules that are checked."""
    return (frozenset(configuration.select) or CODES) - frozenset(configuration.ignore)


@contextmanager
def _without_collector() -> Iterator[None]:
    """It would go over all trees again and again, and take most of the time."""
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        # There and back again: what was made counts as old, and is not gone over at once.
        gc.freeze()
        gc.unfreeze()
        if collects:
            gc.enable()


@contextmanager
def _with_stack() -> Iterator[None]:
    """Not while parsing: there the limit keeps what is nested too deeply from crashing the process."""
    depth = sys.getrecursionlimit()
    sys.setrecursionlimit(max(depth, _STACK))
    try:
        yield
    finally:
        sys.setrecursionlimit(depth)
