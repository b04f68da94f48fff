"""No two tasks share a name."""

from collections.abc import Iterator

from guardrails.project import Project
from guardrails.rule import Problem, Rule, problem_at
from guardrails.task_definitions import TaskDefinition, task_definitions


def check(project: Project) -> Iterator[Problem]:
    first: dict[str, TaskDefinition] = {}
    for task in task_definitions(project):
        # Also one that is not written out, which is wrong for another reason.
        name = project.text(task.module, task.options.get("name"))
        if name is None or first.setdefault(name, task) is task:
            continue
        other = first[name]
        what = f'the name "{name}" is taken by {other.module.path}:{other.function.lineno}'
        yield problem_at(task.module, task.options["name"], what, f'write name="{task.app}.{task.service}"')


RULE = Rule("GR008", "of two tasks with one name a worker runs whichever was loaded last", check)
