"""What a task is asked for with fits its arguments."""

from collections.abc import Iterator

from guardrails.enqueue_calls import EnqueueCall, enqueue_calls
from guardrails.pairs import defaults
from guardrails.project import Project
from guardrails.rule import Problem, Rule, problem_at
from guardrails.task_definitions import TaskDefinition, task_definitions


def check(project: Project) -> Iterator[Problem]:
    tasks = {task.name: task for task in task_definitions(project) if task.name}
    for enqueued in enqueue_calls(project):
        if task := tasks.get(enqueued.task_name or ""):
            yield from _misfits(enqueued, task)


def _misfits(enqueued: EnqueueCall, task: TaskDefinition) -> Iterator[Problem]:
    taken = {parameter.arg for parameter in task.parameters}
    for key, place in enqueued.keys.items():
        if key not in taken:
            what = f'task "{task.name}" takes no `{key}`'
            yield problem_at(enqueued.module, place, what, f"give it {_listed(taken)}")
    missing = _needed(task) - set(enqueued.keys)
    if enqueued.is_whole and missing:
        what = f'task "{task.name}" is asked for without {_listed(missing)}'
        yield problem_at(enqueued.module, enqueued.call, what, "give it all that has no default")


def _needed(task: TaskDefinition) -> set[str]:
    """The arguments without a default."""
    with_default = {parameter.arg for parameter, _default in defaults(task.function.args)}
    return {parameter.arg for parameter in task.parameters} - with_default


def _listed(names: set[str]) -> str:
    return ", ".join(f"`{name}`" for name in sorted(names)) or "nothing"


RULE = Rule("GR019", "a message that does not fit its task ends as a dead letter", check)
