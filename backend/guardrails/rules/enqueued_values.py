"""What a task is asked for with is an id, and no object."""

import ast
import re
from collections.abc import Iterator

from guardrails.dotted import dotted, last_name
from guardrails.enqueue_calls import EnqueueCall, enqueue_calls
from guardrails.project import Project
from guardrails.rule import Problem, Rule, problem_at

_OBJECTS = frozenset({"self", "request", "user", "instance", "obj", "queryset"})
_GIVE_OBJECTS = frozenset(
    {"get", "first", "last", "latest", "earliest", "filter", "all", "exclude", "values", "get_object_or_404"}
)
_GIVE_DATA = frozenset(
    {"model_to_dict", "to_dict", "asdict", "astuple", "vars", "serialize", "dumps", "isoformat", "now", "today"}
)
# What `Model.objects....get()` gives, and what a loop over `Model.objects....all()` takes.
_GOT = re.compile(r"\.objects\.(\w+\(\)\.)*(get|first|last|latest|earliest|create)\(\)$")
_EACH = re.compile(r"\.objects\.(\w+\(\)\.)*\w+\(\)\[0\]$")


def check(project: Project) -> Iterator[Problem]:
    for enqueued in enqueue_calls(project):
        for key, (_place, value) in enqueued.values.items():
            if what := _no_id(project, enqueued, key, value):
                instead = f"pass the id, as in `{_example(key, value)}`, and let the service load what it names"
                yield problem_at(enqueued.module, value, f"`{key}` is given {what}", instead)


def _example(key: str, value: ast.expr) -> str:
    written = dotted(value)
    return f'"{key}": {written}.pk' if written and not written.endswith("__") else f'"{key}": event.pk'


def _no_id(project: Project, enqueued: EnqueueCall, key: str, value: ast.expr) -> str | None:
    """What the value is that is none; nothing where it may be one."""
    if isinstance(value, ast.Dict | ast.DictComp | ast.Lambda | ast.JoinedStr):
        return "something put together here" if not isinstance(value, ast.JoinedStr) else None
    if isinstance(value, ast.List | ast.Tuple | ast.Set):
        return next(filter(None, (_no_id(project, enqueued, key, one) for one in value.elts)), None)
    if isinstance(value, ast.Constant):
        return "a number with a fraction" if isinstance(value.value, float) else None
    if isinstance(value, ast.Call):
        return _no_id_called(project, enqueued, value)
    return _no_id_named(project, enqueued, key, value)


def _no_id_called(project: Project, enqueued: EnqueueCall, call: ast.Call) -> str | None:
    name = last_name(call.func)
    origins = project.origins(enqueued.module, call.func)
    if any(_is_model(project, origin) for origin in origins):
        return "an object of a model"
    if name in _GIVE_DATA:
        return "a copy of data"
    managed = any(_is_manager(part) for part in ast.walk(call.func)) or name == "get_object_or_404"
    return "what a query gives" if managed and name in _GIVE_OBJECTS else None


def _no_id_named(project: Project, enqueued: EnqueueCall, key: str, value: ast.expr) -> str | None:
    name = last_name(value)
    if name == "__dict__":
        return "a copy of data"
    if isinstance(value, ast.Attribute):
        return "an object" if dotted(value) in {"request.user", "self.request", "self.request.user"} else None
    if not isinstance(value, ast.Name):
        return None
    origins = project.origins(enqueued.module, value)
    if any(_is_model(project, origin.removesuffix("()")) for origin in origins if origin.endswith("()")):
        return "an object of a model"
    if any(_is_query(origin) for origin in origins):
        return "what a query gives"
    bare = re.sub(r"_ids?$", "", key)
    is_untold = all(origin.startswith("?") for origin in origins)
    return "an object" if is_untold and (value.id in _OBJECTS or (value.id == bare and key != bare)) else None


def _is_manager(part: ast.AST) -> bool:
    return isinstance(part, ast.Attribute) and part.attr == "objects"


def _is_query(origin: str) -> bool:
    return _GOT.search(origin) is not None or (_EACH.search(origin) is not None and "values" not in origin)


def _is_model(project: Project, origin: str) -> bool:
    """A class of this project that has Django's base class of models, or stands in a models module."""
    definition = project.definition(origin)
    if not definition or not isinstance(definition[1], ast.ClassDef):
        return False
    return any(base.endswith(".Model") for base in project.follow(origin)) or definition[0].path.stem == "models"


RULE = Rule("GR023", "an object is stale, or no longer there, when the message is read", check)
