"""GR011 and GR012: who knows Celery, and who knows a tasks.py."""

from pathlib import Path

import pytest

from guardrails.rules import celery_in_apps, tasks_imported
from tests.unit.guardrails.planted import assert_finds_marked

CELERY = {
    "plain": "import celery  # bad",
    "one name": "from celery import shared_task  # bad",
    "submodule": "import celery.result as results  # bad",
    "star": "from celery import *  # bad",
    "second of two": "import json, kombu  # bad",
    "kombu": "from kombu import Queue  # bad",
    "beat": "from django_celery_beat.models import PeriodicTask  # bad",
    "results": "import django_celery_results.models  # bad",
    "over lines": "from celery import (  # bad\n    chain,\n    group,\n)",
    "in a function": "def rank():\n    if True:\n        from celery import current_app  # bad",
    "in a method": "class Rank:\n    def go(self):\n        import celery  # bad",
    "for types": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from celery import Task  # bad",
    "in a try": "try:\n    import celery  # bad\nexcept ImportError: ...",
    "importlib": "import importlib\nimportlib.import_module('celery')  # bad",
    "importlib renamed": "from importlib import import_module as load\nload('celery.app')  # bad",
    "importlib with a constant": "from importlib import import_module\nX = 'kombu'\nimport_module(X)  # bad",
    "dunder import": "__import__('celery')  # bad",
    "dunder import from its home": "import builtins\nbuiltins.__import__('celery')  # bad",
    "import string": "from django.utils.module_loading import import_string\nimport_string('celery.chain')  # bad",
}

NO_CELERY = {
    "likeness": "import celeryfield\nfrom kombucha import tea\nimport django_celery",
    "own module": "from apps.events.celery import x\nfrom .celery import y\nfrom . import kombu",
    "word in text": "'''import celery'''\nx = 'from celery import shared_task'",
    "other loading": "from importlib import import_module\nimport_module(name)\nimport_module('json')",
    "label": "from django.apps import apps\napps.is_installed('django_celery_beat')",
}


@pytest.mark.parametrize("case", CELERY)
@pytest.mark.parametrize(
    "path", ["apps/errors.py", "apps/events/services.py", "apps/events/management/commands/rank.py"]
)
def test_celery_in_an_app_is_found(tmp_path: Path, path: str, case: str) -> None:
    assert_finds_marked(tmp_path, celery_in_apps.RULE, {path: CELERY[case]})


@pytest.mark.parametrize("case", NO_CELERY)
def test_innocent_imports_are_accepted(tmp_path: Path, case: str) -> None:
    assert_finds_marked(tmp_path, celery_in_apps.RULE, {"apps/events/services.py": NO_CELERY[case]})


@pytest.mark.parametrize("path", ["apps/events/tasks.py", "config/celery.py", "delivery/relay.py", "tests/test_it.py"])
def test_celery_outside_of_business_logic_is_accepted(tmp_path: Path, path: str) -> None:
    assert_finds_marked(tmp_path, celery_in_apps.RULE, {path: "from celery import shared_task"})


TASKS = {
    "module": "import apps.events.tasks  # bad",
    "from its app": "from apps.events import models, tasks  # bad",
    "task": "from apps.events.tasks import rank_task  # bad",
    "star": "from apps.events.tasks import *  # bad",
    "relative": "from .tasks import rank_task  # bad",
    "relative module": "from . import tasks  # bad",
    "from another app": "from ..rankings.tasks import refresh_task  # bad",
    "in a function": "def rank():\n    from apps.events.tasks import rank_task  # bad",
    "importlib": "import importlib\nimportlib.import_module('apps.events.tasks')  # bad",
    "importlib, relative": "import importlib\nimportlib.import_module('.tasks', 'apps.events')  # bad",
    "importlib, relative to here": "import importlib\nimportlib.import_module('.tasks', __package__)  # bad",
    "importlib, up and down": "import importlib\nimportlib.import_module('..x.tasks', 'apps.events')  # bad",
    "import string": "import django.utils.module_loading as m\nm.import_string('apps.events.tasks.x')  # bad",
}

NO_TASKS = {
    "services": "from apps.events.services import rank\nfrom .services import rank",
    "likeness": "from apps.events.tasks_report import x\nfrom apps.events.models import tasks",
    "another's": "from invoke.tasks import task\nimport tasks",
}


@pytest.mark.parametrize("case", TASKS)
def test_import_of_tasks_is_found(tmp_path: Path, case: str) -> None:
    assert_finds_marked(tmp_path, tasks_imported.RULE, {"apps/events/views.py": TASKS[case]})


@pytest.mark.parametrize("path", ["config/urls.py", "delivery/relay.py", "apps/rankings/tasks.py"])
def test_nobody_may_import_tasks(tmp_path: Path, path: str) -> None:
    assert_finds_marked(tmp_path, tasks_imported.RULE, {path: TASKS["task"]})


@pytest.mark.parametrize("case", NO_TASKS)
def test_other_imports_are_accepted(tmp_path: Path, case: str) -> None:
    assert_finds_marked(tmp_path, tasks_imported.RULE, {"apps/events/views.py": NO_TASKS[case]})
