"""The call that asks for a task, in place of one that sends it: where source tells task and arguments."""

import ast

from guardrails.calls import argument
from guardrails.module import Module
from guardrails.pairs import items
from guardrails.project import Project
from guardrails.task_definitions import TaskDefinition, task_of


def asks_instead(project: Project, module: Module, call: ast.Call) -> str | None:
    """`enqueue("events.rank", {"event_id": event.pk})` for `rank_task.delay(event.pk)`."""
    if not isinstance(call.func, ast.Attribute) or call.func.attr not in {"delay", "apply_async", "delay_on_commit"}:
        return None
    origins = project.origins(module, call.func.value)
    defined = filter(None, map(project.definition, sorted(origins)))
    task = next(filter(None, (task_of(project, *found) for found in defined)), None)
    given = _given(call, task) if task and task.name else None
    if task is None or given is None:
        return None
    arguments = ", ".join(f'"{name}": {ast.unparse(value)}' for name, value in given.items())
    function = project.configuration.enqueue[0].rpartition(".")[2]
    return f'{function}("{task.name}", {{{arguments}}})'


def _given(call: ast.Call, task: TaskDefinition) -> dict[str, ast.expr] | None:
    """The arguments by their names; None where they are not written out, or options go with them."""
    by_place, by_name = call.args, {keyword.arg: keyword.value for keyword in call.keywords}
    if isinstance(call.func, ast.Attribute) and call.func.attr == "apply_async":
        args, kwargs = argument(call, 0, "args"), argument(call, 1, "kwargs")
        if set(by_name) - {"args", "kwargs"} or not isinstance(args or ast.List([]), ast.Tuple | ast.List):
            return None
        if not isinstance(kwargs or ast.Dict([], []), ast.Dict):
            return None
        by_place = args.elts if isinstance(args, ast.Tuple | ast.List) else []
        by_name = _written(kwargs) if isinstance(kwargs, ast.Dict) else {}
    names = [parameter.arg for parameter in task.parameters]
    if None in by_name or len(by_place) > len(names) or any(isinstance(one, ast.Starred) for one in by_place):
        return None
    given = {names[place]: value for place, value in enumerate(by_place)}
    return given | {name: value for name, value in by_name.items() if name}


def _written(mapping: ast.Dict) -> dict[str | None, ast.expr]:
    return {
        key.value if isinstance(key, ast.Constant) and isinstance(key.value, str) else None: value
        for key, value in items(mapping)
    }
