"""Messages are sent by the relay alone."""

import ast
import re
from collections.abc import Iterator

from guardrails.dotted import last_name
from guardrails.module import Module
from guardrails.names import is_celery, is_within
from guardrails.project import Project
from guardrails.rule import Located, Problem, Rule, problem_at
from guardrails.sending import DISTINCT, SENDS, is_send, is_surely_task
from guardrails.sent_instead import asks_instead
from guardrails.words import may_mean

# `delay` is also a plain word: it counts where it is called or handed to something that will call it.
LATER = frozenset({"on_commit", "partial", "Timer", "call_later", "submit", "map"})
_CANVAS = frozenset({"celery.chain()", "celery.group()", "celery.chord()", "celery.canvas.chain()"})
_CANVASES = frozenset({"chain", "group", "chord"})
_OLD = frozenset({"send_task"})
_WORDS = re.compile(r"delay|apply_async|send_task|getattr|attrgetter|methodcaller|\.\s*(s|si|signature|subtask)\(")
_FETCHES = frozenset({"getattr", "attrgetter", "methodcaller", "__getattribute__"})
_PUBLISHES = frozenset({"publish", "put", "send_task_message"})


def check(project: Project) -> Iterator[Problem]:
    instead = f"call {project.configuration.enqueue[0]} in the transaction that changes the state"
    for module in project.modules:
        if module.in_tests or any(is_within(module.name, sender) for sender in project.configuration.senders):
            continue
        if not project.concerns(module, _WORDS):
            continue
        sends = [*_sends(project, module)]
        calls = {id(call.func): call for call in module.find(ast.Call)} if sends else {}
        for node, method in sends:
            call = calls.get(id(node))
            asks = asks_instead(project, module, call) if call else None
            written = f"write `{asks}` ({project.configuration.enqueue[0]}) in the transaction that changes the state"
            yield problem_at(module, node, f"{method} sends {_sent(method)} from here", written if asks else instead)


def _sent(method: str) -> str:
    return "a message" if method.removeprefix(".") in _PUBLISHES else "a task"


def _sends(project: Project, module: Module) -> Iterator[tuple[Located, str]]:
    attributes = [one for one in module.attributes(SENDS) if isinstance(one.ctx, ast.Load)]
    if attributes:
        yield from _by_method(project, module, attributes)
    for call in module.calls_of(*_FETCHES):
        if method := _fetched(project, module, call, last_name(call.func)):
            yield call, method
    for call in module.calls_of(*_PUBLISHES):
        if any(map(is_celery, project.origins(module, call.func))):
            yield call, f".{last_name(call.func)}"
    yield from _by_canvas(project, module)
    yield from _by_function(project, module)


def _by_method(project: Project, module: Module, attributes: list[ast.Attribute]) -> Iterator[tuple[Located, str]]:
    calls = module.find(ast.Call)
    called = {id(call.func) for call in calls}
    handed = {id(given) for call in calls if last_name(call.func) in LATER for given in call.args}
    inner = {id(attribute.value) for attribute in module.find(ast.Attribute)}
    for attribute in attributes:
        if id(attribute) not in inner:
            is_used = id(attribute) in called or id(attribute) in handed or attribute.attr in DISTINCT
            if _is_sent(project, module, attribute, is_used=is_used):
                yield attribute, f".{attribute.attr}"


def _by_function(project: Project, module: Module) -> Iterator[tuple[Located, str]]:
    """The function `send_task` of old Celery."""
    names = project.aliases(module, _OLD)
    for name in module.names(names):
        if isinstance(name.ctx, ast.Load) and "celery.execute.send_task" in project.origins(module, name):
            yield name, "send_task"


def _is_sent(project: Project, module: Module, attribute: ast.Attribute, *, is_used: bool) -> bool:
    if is_used:
        return is_send(project, module, attribute.value, attribute.attr)
    return is_surely_task(project, module, attribute.value, attribute.attr)


def _by_canvas(project: Project, module: Module) -> Iterator[tuple[Located, str]]:
    """`chain(...)()`, `(first.s() | second.s())()`."""
    canvases = project.aliases(module, _CANVASES)
    for call in module.find(ast.Call):
        function = call.func
        if isinstance(function, ast.BinOp):
            if isinstance(function.op, ast.BitOr) and all(map(_is_signature, [function.left, function.right])):
                yield call, "a chain of signatures that is called"
        elif (isinstance(function, ast.Call) or may_mean(function, canvases)) and not _CANVAS.isdisjoint(
            project.origins(module, function)
        ):
            yield call, "a canvas that is called"


def _is_signature(expression: ast.expr) -> bool:
    if isinstance(expression, ast.BinOp):
        return _is_signature(expression.left) and _is_signature(expression.right)
    return isinstance(expression, ast.Call) and last_name(expression.func) in {"s", "si", "signature", "subtask"}


def _fetched(project: Project, module: Module, call: ast.Call, name: str) -> str | None:
    """`getattr(task, "delay")`, `methodcaller("delay")`."""
    place = 1 if name == "getattr" else 0
    method = project.text(module, call.args[place]) if len(call.args) > place else None
    if method not in SENDS:
        return None
    if name == "getattr":
        return f".{method}" if is_send(project, module, call.args[0], method) else None
    return f".{method}"


RULE = Rule("GR016", "a message sent past the outbox is lost or early when the transaction or the broker fails", check)
