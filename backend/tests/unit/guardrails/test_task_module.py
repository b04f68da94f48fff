"""GR004: tasks.py holds tasks and their two imports."""

from pathlib import Path

import pytest

from guardrails.project import read_project
from guardrails.rules import task_module
from tests.unit.guardrails.planted import assert_finds_marked, plant, task_file

PATH = "apps/events/tasks.py"

BAD = {
    "constant": "LIMIT = 3  # bad",
    "annotated constant": "LIMIT: int = 3  # bad",
    "string that is no docstring": "\n'the tasks'\n'of events'  # bad",
    "helper": "def helper(): ...  # bad",
    "helper with a decorator": "import functools  # bad\n@functools.cache\ndef helper(): ...  # bad",
    "class": "class Base: ...  # bad",
    "task class": "from celery import shared_task, Task  # bad\nclass Rank(Task): ...  # bad",
    "lambda": "from celery import shared_task\nrank_task = shared_task(lambda: 1)  # bad",
    "condition": "from celery import shared_task\nif True:  # bad\n    @shared_task\n    def rank_task(): ...",
    "nested task": "from celery import shared_task\ndef wire():  # bad\n    @shared_task\n    def rank_task(): ...",
    "try": "try:  # bad\n    from celery import shared_task\nexcept ImportError: ...",
    "call": "print('loaded')  # bad",
    "standard library": "import logging  # bad\nfrom typing import Any  # bad",
    "models": "from apps.events.models import Event  # bad",
    "another app's services": "from apps.rankings.services import refresh  # bad",
    "another app's services, relative": "from ..rankings.services import refresh  # bad",
    "services as a module": "from apps.events import services  # bad",
    "all services": "from .services import *  # bad",
    "service under another name": "from .services import rank as job  # bad",
    "celery whole": "import celery  # bad",
    "shared_task under another name": "from celery import shared_task as job  # bad",
    "more of celery": "from celery import shared_task, chain  # bad",
    "celery's insides": "from celery.app import shared_task  # bad",
    "future": "from __future__ import annotations  # bad",
}

GOOD = {
    "task": task_file(),
    "docstring": '"""The tasks of events."""\n' + task_file(),
    "empty": "",
    "relative import": "from celery import shared_task\nfrom .services import rank, close\n",
    "application's decorator": task_file(decorator="@shared_task"),
}


@pytest.mark.parametrize("case", BAD)
def test_anything_else_is_found(tmp_path: Path, case: str) -> None:
    assert_finds_marked(tmp_path, task_module.RULE, {PATH: BAD[case]})


@pytest.mark.parametrize("case", GOOD)
def test_tasks_and_their_imports_are_accepted(tmp_path: Path, case: str) -> None:
    assert_finds_marked(tmp_path, task_module.RULE, {PATH: GOOD[case]})


@pytest.mark.parametrize(
    ("source", "advice"),
    [("from typing import Any", "annotate self"), ("from json import loads", "services by their own name")],
)
def test_message_says_what_to_import(tmp_path: Path, source: str, advice: str) -> None:
    plant(tmp_path, {PATH: source})
    (finding,) = task_module.RULE.findings(read_project(tmp_path))
    assert advice in finding.message


@pytest.mark.parametrize("path", ["apps/events/services.py", "delivery/tasks.py", "tests/unit/tasks.py"])
def test_other_files_may_hold_what_they_like(tmp_path: Path, path: str) -> None:
    assert_finds_marked(tmp_path, task_module.RULE, {path: "import logging\nLIMIT = 3\n"})
