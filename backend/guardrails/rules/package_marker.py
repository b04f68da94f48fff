"""Every folder of source is a package."""

from collections.abc import Iterator
from pathlib import PurePosixPath

from guardrails.project import Project
from guardrails.rule import Edit, Problem, Rule


class _Imported:
    """Tells whether a folder is one that is imported from: scripts and the like may stand in plain folders."""

    def __init__(self, project: Project) -> None:
        configuration = project.configuration
        self._project = project
        self._roots = {layer.partition(".")[0] for layer in configuration.layers}
        self._roots |= {path.partition("/")[0] for path in (*configuration.app_patterns, *configuration.given)}

    def __call__(self, folder: PurePosixPath) -> bool:
        top = folder.parts[0]
        return top in self._roots or self._project.has(PurePosixPath(top, "__init__.py"))


def check(project: Project) -> Iterator[Problem]:
    holding = {
        folder for module in project.modules if not module.in_tests for folder in module.path.parents if folder.name
    }
    for folder in filter(_Imported(project), holding):
        marker = folder / "__init__.py"
        if not project.has(marker):
            fix = (Edit(marker, 0, 0, ""),)
            yield Problem(marker, 1, 1, f"{folder} holds source and is no package", "add an empty __init__.py", fix=fix)


RULE = Rule("GR018", "the import contract does not see modules outside of packages", check)
