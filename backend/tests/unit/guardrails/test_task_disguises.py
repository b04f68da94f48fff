"""GR003 again: makers that are stored, handed on or fetched by name, and tasks made as classes."""

from pathlib import Path

import pytest

from guardrails.rules import task_place
from tests.unit.guardrails.planted import assert_finds_marked

BAD = {
    "lambda": """
        from celery import shared_task

        rank = shared_task(lambda: 1)  # bad
    """,
    "decorator in a variable": """
        from celery import shared_task

        job = shared_task(bind=True)  # bad

        @job  # bad
        def rank(self): ...
    """,
    "decorator under another name": """
        from celery import shared_task

        job: object = shared_task  # bad

        @job  # bad
        def rank(): ...
    """,
    "unpacked": """
        from celery import shared_task

        job, number = shared_task(bind=True), 1  # bad

        @job  # bad
        def rank(self): ...
    """,
    "partial": """
        from functools import partial
        from celery import shared_task

        job = partial(shared_task, bind=True)  # bad

        @job()  # bad
        def rank(self): ...
    """,
    "handed on": """
        from celery import shared_task

        list(map(shared_task, [print]))  # bad
    """,
    "getattr": """
        import celery

        @getattr(celery, "shared_task")  # bad
        def rank(): ...
    """,
    "importlib": """
        import importlib

        queue = importlib.import_module("celery")

        @queue.shared_task  # bad
        def rank(): ...
    """,
    "dunder import": """
        NAME = "celery"

        @__import__(NAME).shared_task  # bad
        def rank(): ...
    """,
    "import string": """
        from django.utils.module_loading import import_string

        @import_string("celery.shared_task")  # bad
        def rank(): ...
    """,
    "subclass": """
        from celery import Task

        class Rank(Task):  # bad
            name = "events.rank"
    """,
    "subclass of a subclass": """
        from celery.app.task import Task as Base

        class Own(Base):  # bad
            abstract = True

        class Rank(Own): ...  # bad
    """,
    "subclass of the application's class": """
        from celery import current_app

        class Rank(current_app.Task): ...  # bad
    """,
    "class made by type": """
        from celery import Task

        Rank = type("Rank", (Task,), {})  # bad
    """,
    "registered": """
        from celery import current_app

        current_app.register_task(object())  # bad
    """,
    "registered by hand": """
        from celery import Celery

        app = Celery("x")
        app.tasks.register(object())  # bad
    """,
    "either of two": """
        from celery import Celery, shared_task

        app = Celery("x")
        job = app.task if app else shared_task  # bad bad
    """,
    "walrus": """
        from celery import Celery

        if (queue := Celery("x")):
            @queue.task  # bad
            def debug(): ...
    """,
}


@pytest.mark.parametrize("case", BAD)
def test_task_in_disguise_is_found(tmp_path: Path, case: str) -> None:
    assert_finds_marked(tmp_path, task_place.RULE, {"delivery/disguised.py": BAD[case]})
