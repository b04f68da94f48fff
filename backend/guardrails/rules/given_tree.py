"""The files that are given, at the places where they are given."""

import difflib
from collections.abc import Iterator
from pathlib import PurePosixPath

from guardrails.project import Project
from guardrails.rule import Problem, Rule


def check(project: Project) -> Iterator[Problem]:
    for name in project.configuration.given:
        if not (project.root / name).is_file():
            path = PurePosixPath(name)
            instead, where = _moved(project, path)
            yield Problem(path, 1, 1, f"this file is missing{where}", instead)


def _moved(project: Project, path: PurePosixPath) -> tuple[str, str]:
    """What to do about it, and where it seems to have gone."""
    package = path.with_suffix("")
    if (project.root / path).is_dir():
        return f"make it a file, {path}, again", " and a folder stands in its place"
    if (project.root / package / "__init__.py").is_file():
        return f"make {package}/ one file, {path}, again", f" and {package}/ stands in its place"
    beside = sorted(other.name for other in (project.root / path.parent).glob(f"*{path.suffix}"))
    renamed = difflib.get_close_matches(path.name, set(beside) - {"__init__.py"}, n=1, cutoff=0.75)
    given = {PurePosixPath(name) for name in project.configuration.given}
    if renamed and path.parent / renamed[0] not in given:
        return f"name {path.parent / renamed[0]} {path.name} again", ""
    elsewhere = [module.path for module in project.modules if module.path.name == path.name and not module.app]
    moved = [other for other in elsewhere if other not in given and path.name != "__init__.py"]
    if len(moved) == 1:
        return f"move {moved[0]} back to {path}", ""
    return f"put it back as {path}", ""


RULE = Rule("GR001", "the given structure is the same in every project, so nobody has to search", check)
