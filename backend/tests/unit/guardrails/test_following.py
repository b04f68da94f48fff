"""Names are followed through classes, functions and containers of other modules."""

from pathlib import Path

import pytest

from tests.unit.guardrails.planted import plant
from tests.unit.guardrails.test_origins import origins

MODULES = {
    "all/__init__.py": "from all.names import *\n",
    "all/names.py": "import celery\nclass Holder:\n    job = celery.shared_task\n",
    "either.py": """
        try:
            from celery import Task, shared_task as job
        except ImportError:
            class Task: ...
            def job(): ...
    """,
    "held.py": """
        import celery
        from functools import cached_property

        apps = [[celery.Celery()]]

        class Holder(celery.Task):
            module = celery.app
            name = unknown

            def __init__(self):
                self.own = celery.Celery()

            @property
            def app(self):
                return celery.Celery()

            @cached_property
            def kept(self):
                return celery.Celery()

            def make(self):
                def inner():
                    return celery.Celery()
                return inner

        class Derived(Holder): ...

        def outer():
            def inner():
                return celery.Celery()
            return inner

        def several():
            return [celery.app]
    """,
}


@pytest.mark.parametrize(
    ("imports", "expression", "origin"),
    [
        ("import all", "all.Holder.job", "celery.shared_task"),
        ("from either import Task", "Task", "celery.Task"),
        ("from either import job", "job", "celery.shared_task"),
        ("from held import apps", "apps[0][1].task", "celery.Celery()[][][0][0].task"),
        ("from held import Holder", "Holder.module.task.Task", "celery.app.task.Task"),
        ("from held import Holder", "Holder().own.task.x", "celery.Celery().task.x"),
        ("from held import Derived", "Derived().own.task", "celery.Celery().task"),
        ("from held import Holder", "Holder().app.task.x", "celery.Celery().task.x"),
        ("from held import Holder", "Holder().kept.task.x", "celery.Celery().task.x"),
        ("from held import Holder", "Holder().make()().task", "celery.Celery().task"),
        ("from held import Holder", "Holder().run", "celery.Task().run"),
        ("from held import outer", "outer()().task.x", "celery.Celery().task.x"),
        ("from held import outer", "outer()()", "celery.Celery()"),
        ("from held import several", "several()[0].task.Task", "celery.app[][0].task.Task"),
    ],
)
def test_is_followed(tmp_path: Path, imports: str, expression: str, origin: str) -> None:
    plant(tmp_path, MODULES)
    assert origin in origins(tmp_path, imports, expression)


@pytest.mark.parametrize(
    ("imports", "expression", "origin"),
    [
        ("from held import Holder", "Holder.name", "celery.Task.name"),
        ("from held import Holder", "Holder().make.task", "celery.Celery().task"),
        ("from held import outer", "outer().task", "celery.Celery().task"),
        ("from held import outer", "outer", "celery.Celery()"),
    ],
)
def test_is_not_followed(tmp_path: Path, imports: str, expression: str, origin: str) -> None:
    plant(tmp_path, MODULES)
    assert origin not in origins(tmp_path, imports, expression)
