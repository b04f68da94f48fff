"""Messages are sent by the relay alone."""

import ast
from collections.abc import Iterator

from guardrails.bindings import dotted
from guardrails.module import Module
from guardrails.project import Project
from guardrails.rule import Located, Problem, Rule, problem_at

SENDERS = frozenset({"delivery/relay.py", "delivery/publisher.py"})
DISTINCT = frozenset({"apply_async", "send_task", "delay_on_commit", "apply_async_on_commit"})
# `delay` is also a plain word: it counts where it is called or handed to something that will call it.
SENDS = DISTINCT | {"delay"}
LATER = frozenset({"on_commit", "partial"})


def check(project: Project) -> Iterator[Problem]:
    for module in project.modules:
        if module.in_tests or str(module.path) in SENDERS:
            continue
        for node, method in _sends(module):
            instead = "call delivery.outbox.enqueue in the transaction that changes the state"
            yield problem_at(module, node, f".{method} sends a task from here", instead)


def _sends(module: Module) -> Iterator[tuple[Located, str]]:
    for attribute in module.find(ast.Attribute):
        if attribute.attr in DISTINCT:
            yield attribute, attribute.attr
    for call in module.find(ast.Call):
        yield from _sends_by_call(module, call)


def _sends_by_call(module: Module, call: ast.Call) -> Iterator[tuple[Located, str]]:
    called = (dotted(call.func) or "").rpartition(".")[2]
    for candidate in [call.func, *(call.args if called in LATER else [])]:
        if isinstance(candidate, ast.Attribute) and candidate.attr == "delay":
            yield candidate, "delay"
    method = module.text(call.args[1]) if called == "getattr" and len(call.args) > 1 else None
    if method in SENDS:
        yield call, str(method)


RULE = Rule("GR016", "a message sent past the outbox is lost or early when the transaction or the broker fails", check)
