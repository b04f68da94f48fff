"""Every folder of source is a package."""

from collections.abc import Iterator

from guardrails.project import Project
from guardrails.rule import Edit, Problem, Rule


def check(project: Project) -> Iterator[Problem]:
    holding = {
        folder for module in project.modules if not module.in_tests for folder in module.path.parents if folder.name
    }
    for folder in holding:
        marker = folder / "__init__.py"
        if not project.has(marker):
            fix = (Edit(marker, 0, 0, ""),)
            yield Problem(marker, 1, 1, f"{folder} holds source and is no package", "add an empty __init__.py", fix=fix)


RULE = Rule("GR018", "the import contract does not see modules outside of packages", check)
