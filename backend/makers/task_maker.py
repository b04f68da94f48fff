"""What a new task is made of."""

import ast
import difflib
from collections.abc import Sequence
from pathlib import Path

from makers import contract_text
from makers.app_maker import CONTRACTS
from makers.import_text import add_import
from makers.layout import lay_out, lay_out_dict
from makers.names import Argument, parse_arguments, split_task_name
from makers.plan import Plan
from makers.python_text import append, bound_names, parse
from makers.refusal import Refused
from makers.service_form import Service, new_service, read_service
from makers.templates import fill


def plan_task(root: Path, name: str, arguments: Sequence[str]) -> Plan:
    """The task, its contract and its test; and its service, unless the app has one of that name. Raises Refused."""
    app, action = split_task_name(name)
    asked = parse_arguments(arguments)
    plan = Plan(root)
    folder = f"backend/apps/{app}"
    _check_app(root, plan, app)
    _check_is_new(plan, f"{folder}/tasks.py", name, action)
    service, is_new = _find_or_make_service(plan, f"{folder}/services.py", name, action, asked)
    _add_task(plan, f"{folder}/tasks.py", app, service)
    plan.change(CONTRACTS, lambda text, place: contract_text.add_task(text, place, name, service.arguments))
    _add_test(plan, app, service, is_new=is_new)
    return plan


def _check_app(root: Path, plan: Plan, app: str) -> None:
    folder = f"backend/apps/{app}"
    if plan.exists(f"{folder}/tasks.py") and plan.exists(f"{folder}/services.py"):
        return
    if plan.exists(folder):
        raise Refused(f"app {app!r}", "has no tasks.py and services.py, and so no queue; tasks belong to another app")
    known = sorted(path.parent.name for path in (root / "backend" / "apps").glob("*/tasks.py"))
    close = difflib.get_close_matches(app, known, n=1)
    meant = f"the nearest is {close[0]!r}" if close else f"there are {', '.join(known)}"
    raise Refused(f"app {app!r}", f"does not exist; {meant}; `manage.py new_app {app}` would make it")


def _check_is_new(plan: Plan, file: str, name: str, action: str) -> None:
    tree = parse(plan.text(file), file)
    for node in ast.walk(tree):
        if isinstance(node, ast.keyword) and node.arg == "name" and ast.unparse(node.value) == repr(name):
            raise Refused(f"task {name!r}", f"exists already ({file}:{node.value.lineno})")
    for bound, statement in bound_names(tree):
        if bound == action:
            raise Refused(f"task {name!r}", f"{file}:{statement.lineno} binds `{bound}` already; take another name")


def _find_or_make_service(
    plan: Plan, file: str, name: str, action: str, asked: Sequence[Argument]
) -> tuple[Service, bool]:
    found = [one for bound, one in bound_names(parse(plan.text(file), file)) if bound == action]
    if found:
        return read_service(found[-1], f"{file}:{found[-1].lineno}", action, asked), False
    service = new_service(action, asked)
    text = fill(
        "service.txt", name=name, signature=lay_out(f"def {action}", service.parameters, f" -> {service.result}:")
    )
    plan.change(file, lambda source, place: append(add_import(source, place, "django.db", "transaction"), text))
    return service, True


def _add_task(plan: Plan, file: str, app: str, service: Service) -> None:
    values = [f"{one.name}={one.name}" if one.by_name else one.name for one in service.arguments]
    text = fill(
        "task.txt",
        name=f"{app}.{service.name}",
        signature=lay_out(f"def {service.name}_task", ["self: object", *service.parameters], f" -> {service.result}:"),
        call=lay_out(f"    return {service.name}", values),
    )

    def edit(source: str, place: str) -> str:
        source = add_import(source, place, "celery", "shared_task")
        return append(add_import(source, place, f"apps.{app}.services", service.name), text)

    plan.change(file, edit)


def _add_test(plan: Plan, app: str, service: Service, *, is_new: bool) -> None:
    folder = f"backend/tests/integration/{app}"
    if not plan.exists(f"{folder}/__init__.py"):
        plan.make(f"{folder}/__init__.py", "")
    samples = [f"{one.name}={one.sample}" for one in service.arguments]
    text = fill(
        "test_of_new_service.txt" if is_new else "test_of_task.txt",
        app=app,
        action=service.name,
        arguments=lay_out_dict("ARGUMENTS: dict[str, object] = ", {one.name: one.sample for one in service.arguments}),
        call=lay_out(f"        {service.name}", samples),
    )
    plan.make(f"{folder}/test_{service.name}.py", text)
