"""What cannot be parsed cannot be checked."""

import sys
from collections.abc import Iterator

from guardrails.project import Project
from guardrails.rule import Problem, Rule

_VERSION = f"{sys.version_info.major}.{sys.version_info.minor}"


def check(project: Project) -> Iterator[Problem]:
    for file in project.unreadable:
        what = f"this file cannot be read as Python {_VERSION} ({file.reason})"
        yield Problem(file.path, file.line, file.column, what, "correct it, or check it with the Python that it is for")


RULE = Rule("GR002", "an unread file would slip past every other rule", check)
