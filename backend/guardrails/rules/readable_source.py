"""What cannot be parsed cannot be checked."""

import sys
from collections.abc import Iterator

from guardrails.project import Project
from guardrails.rule import Problem, Rule


def check(project: Project) -> Iterator[Problem]:
    python = f"Python {sys.version_info.major}.{sys.version_info.minor}"
    instead = "correct it, run guardrails with the Python that it is written for, or give it another ending than .py"
    for file in project.unreadable:
        what = f"this file cannot be read as {python} ({file.reason})"
        yield Problem(file.path, file.line, file.column, what, instead)


RULE = Rule("GR002", "an unread file would slip past every other rule", check)
