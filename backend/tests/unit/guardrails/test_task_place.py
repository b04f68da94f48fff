"""GR003: no task outside apps/*/tasks.py, whichever way it is made."""

from pathlib import Path

import pytest

from guardrails.rules import task_place
from tests.unit.guardrails.planted import assert_finds_marked

BAD = {
    "decorator": """
        from celery import shared_task

        @shared_task  # bad
        def rank(): ...
    """,
    "decorator called": """
        from celery import shared_task

        @shared_task(  # bad
            name="events.rank",
        )
        def rank(): ...
    """,
    "alias": """
        from celery import shared_task as job

        @job(bind=True)  # bad
        def rank(self): ...
    """,
    "module alias": """
        import celery as queue

        @queue.shared_task  # bad
        def rank(): ...
    """,
    "star import": """
        from celery import *

        @shared_task  # bad
        def rank(): ...
    """,
    "application": """
        from celery import Celery

        app = Celery("backend")

        @app.task(bind=True)  # bad
        def debug(self): ...
    """,
    "application of another name": """
        from celery import Celery as Queue

        work = broker = Queue("backend")

        @broker.task  # bad
        def debug(): ...
    """,
    "application in an attribute": """
        from celery import Celery

        class Holder:
            def __init__(self):
                self.queue = Celery("x")

            def more(self):
                return self.queue.task(print)  # bad
    """,
    "application as an argument": """
        def wire(celery_app):
            @celery_app.task  # bad
            def debug(): ...
    """,
    "application made by a function": """
        from celery import Celery

        def make():
            made = Celery("x")
            return made

        @make().task  # bad
        def debug(): ...
    """,
    "current application": """
        from celery import current_app

        @current_app.task  # bad
        def debug(): ...
    """,
    "current application found": """
        from celery._state import get_current_app

        @get_current_app().task  # bad
        def debug(): ...
    """,
    "application or the default one": """
        from celery.app import app_or_default

        app_or_default(None).task(print)  # bad
    """,
    "default application": """
        from celery._state import default_app

        @default_app.task  # bad
        def debug(): ...
    """,
    "method of the application's class": """
        from celery import Celery

        Celery.task(application(), print)  # bad
    """,
    "application behind its proxy": """
        from celery import current_app

        current_app._get_current_object().task(print)  # bad
    """,
    "nested in a method": """
        class Ready:
            def ready(self):
                from celery import shared_task

                @shared_task  # bad
                def nested(): ...
    """,
    "conditional": """
        try:
            from celery import shared_task
        except ImportError:
            shared_task = None

        if shared_task is not None:  # bad
            @shared_task  # bad
            def rank(): ...
    """,
    "async": """
        from celery import shared_task

        @shared_task  # bad
        async def rank(): ...
    """,
}

GOOD = {
    "own function of that name": """
        def shared_task(function): return function

        @shared_task
        def rank(): ...
    """,
    "another library's application": """
        from huey import Huey

        app = Huey("x")

        @app.task()
        def rank(): ...
    """,
    "another library's decorator": """
        from invoke import task

        @task
        def build(context): ...
    """,
    "annotation": """
        from celery import Task

        def name_of(task: Task) -> str:
            return task.name
    """,
    "name of the running task": """
        from celery import current_task

        print(current_task.request.task)
    """,
    "signals": """
        from celery.signals import task_prerun

        @task_prerun.connect
        def note(task=None, **rest):
            print(task.name)
    """,
    "application alone": """
        from celery import Celery

        app = Celery("backend")
        app.autodiscover_tasks()
        print(app.tasks["events.rank"].name)
    """,
    "class of that name": """
        from luigi import Task

        class Rank(Task): ...
    """,
    "another class of celery": """
        from celery import bootsteps

        class Ready(bootsteps.StartStopStep): ...
    """,
    "django's application registry": """
        from django.apps import apps as app_registry

        app_registry.get_app_config("events").task
    """,
}


@pytest.mark.parametrize("case", BAD)
@pytest.mark.parametrize("path", ["config/celery.py", "apps/events/services.py", "tests/unit/test_it.py"])
def test_task_is_found(tmp_path: Path, path: str, case: str) -> None:
    assert_finds_marked(tmp_path, task_place.RULE, {path: BAD[case]})


BASE_CLASS = """
    from celery.contrib.django.task import DjangoTask

    class CarefulTask(DjangoTask): ...
"""


def test_the_base_class_of_all_tasks_has_one_place(tmp_path: Path) -> None:
    elsewhere = BASE_CLASS.replace("...", "...  # bad")
    derived = """
        from delivery.task import CarefulTask

        class Rank(CarefulTask): ...  # bad
    """
    files = {"delivery/task.py": BASE_CLASS, "delivery/relay.py": elsewhere, "apps/events/task.py": elsewhere}
    assert_finds_marked(tmp_path, task_place.RULE, files | {"apps/events/jobs.py": derived})


@pytest.mark.parametrize("case", GOOD)
def test_innocent_source_is_accepted(tmp_path: Path, case: str) -> None:
    assert_finds_marked(tmp_path, task_place.RULE, {"delivery/innocent.py": GOOD[case]})
