"""What cannot be parsed cannot be checked."""

from collections.abc import Iterator

from guardrails.project import Project
from guardrails.rule import Problem, Rule


def check(project: Project) -> Iterator[Problem]:
    for file in project.unreadable:
        what = f"this file cannot be read as Python ({file.reason})"
        yield Problem(file.path, file.line, file.column, what, "correct it, or give it another ending than .py")


RULE = Rule("GR002", "an unread file would slip past every other rule", check)
