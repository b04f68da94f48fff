"""The files that are given, at the places where they are given."""

from collections.abc import Iterator
from pathlib import PurePosixPath

from guardrails.closest import closest
from guardrails.project import Project
from guardrails.rule import Problem, Rule


def check(project: Project) -> Iterator[Problem]:
    for path in map(PurePosixPath, project.configuration.given):
        if not project.has(path):
            what = "this file is missing"
            yield Problem(path, 1, 1, what, _back(project, path) or f"put it back as {path}")


def _back(project: Project, path: PurePosixPath) -> str | None:
    """How what seems to have taken its place becomes the file again."""
    package = path.with_suffix("")
    if (project.root / path).is_dir() or any(path in module.path.parents for module in project.modules):
        return f"make the folder {path} a file again"
    if project.has(package / "__init__.py"):
        return f"make the package {package} one file again, {path}, and import the rest from modules beside it"
    given = {PurePosixPath(name) for name in project.configuration.given}
    others = [module.path for module in project.modules if module.path not in given and not module.is_package]
    beside = [other.name for other in others if other.parent == path.parent]
    if renamed := closest(path.name, beside):
        return f"call {path.with_name(renamed)} {path.name} again"
    moved = [other for other in others if other.name == path.name and other.parent not in {one.parent for one in given}]
    return f"move {moved[0]} back to {path}" if len(moved) == 1 else None


RULE = Rule("GR001", "the given structure is the same in every project, so nobody has to search", check)
