"""Nothing asks for a task, or sends an argument, that message_contracts.json has as retired."""

import json
from collections.abc import Iterator
from contextlib import suppress

from guardrails.enqueue_calls import enqueue_calls
from guardrails.project import Project
from guardrails.rule import Problem, Rule, problem_at

FILE = "message_contracts.json"


def check(project: Project) -> Iterator[Problem]:
    retired = _retired(project)
    for enqueued in enqueue_calls(project) if retired else ():
        if enqueued.task_name in retired:
            what = f'the task "{enqueued.task_name}" is retired'
            yield problem_at(enqueued.module, enqueued.name, what, "ask for what took its place")
        for key, place in enqueued.keys.items():
            if f"{enqueued.task_name}.{key}" in retired:
                what = f'the argument `{key}` of the task "{enqueued.task_name}" is retired'
                yield problem_at(enqueued.module, place, what, "leave it out")


def _retired(project: Project) -> frozenset[str]:
    # Whether the file is as it must be is for `manage.py message_contracts` to say.
    with suppress(OSError, ValueError, AttributeError, TypeError):
        return frozenset(json.loads((project.root / FILE).read_text()).get("retired", {}))
    return frozenset()


RULE = Rule("GR020", "the code that takes it goes as soon as no message of it is left", check)
