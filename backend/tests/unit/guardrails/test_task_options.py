"""GR009 and GR010: what a task takes, and how it retries."""

from pathlib import Path

import pytest

from guardrails.rules import task_arguments, task_convention
from tests.unit.guardrails.planted import assert_finds_marked, task_file

PATH = "apps/events/tasks.py"


@pytest.mark.parametrize(
    "parameters",
    [
        "self, event",
        "self, event_id, event",
        "self, event_id, *, force",
        "self, grid",
        "self, idea",
        "self, _id",
        "self, event_idx",
        "self, *event_ids",
        "self, **event_ids",
        "task, event_id",
        "",
        "*, event_id",
    ],
)
def test_parameter_that_is_no_id_is_found(tmp_path: Path, parameters: str) -> None:
    source = task_file(function=f"def rank_task({parameters}):  # bad\n    return rank()")
    assert_finds_marked(tmp_path, task_arguments.RULE, {PATH: source})


def test_each_parameter_is_found_where_it_stands(tmp_path: Path) -> None:
    function = "def rank_task(\n    self,\n    event,  # bad\n    user_id,\n    force=False,  # bad\n): ..."
    assert_finds_marked(tmp_path, task_arguments.RULE, {PATH: task_file(function=function)})


@pytest.mark.parametrize("parameters", ["self", "self, id", "self, event_id", "self, event_id, /, *, user_ids"])
def test_ids_are_accepted(tmp_path: Path, parameters: str) -> None:
    source = task_file(function=f"def rank_task({parameters}): ...")
    assert_finds_marked(tmp_path, task_arguments.RULE, {PATH: source})


def test_self_is_an_argument_like_others_when_the_task_is_not_bound(tmp_path: Path) -> None:
    source = task_file(decorator="@shared_task", function="def rank_task(self, event_id): ...  # bad")
    assert_finds_marked(tmp_path, task_arguments.RULE, {PATH: source})


RETRIED = "autoretry_for=(Exception,)"
RETRIES = "retry_kwargs={'max_retries': 3}"


@pytest.mark.parametrize(
    "options",
    [
        "",
        f"{RETRIED}, {RETRIES}",
        f"bind=False, {RETRIED}, {RETRIES}",
        f"bind=1, {RETRIED}, {RETRIES}",
        f"bind=True, {RETRIES}",
        f"bind=True, autoretry_for=(), {RETRIES}",
        f"bind=True, autoretry_for=Exception, {RETRIES}",
        f"bind=True, {RETRIED}",
        f"bind=True, {RETRIED}, retry_kwargs={{}}",
        f"bind=True, {RETRIED}, retry_kwargs=None",
        f"bind=True, {RETRIED}, retry_kwargs=RETRIES",
    ],
)
def test_missing_part_of_the_convention_is_found(tmp_path: Path, options: str) -> None:
    source = task_file(decorator=f"@shared_task({options})  # bad")
    assert_finds_marked(tmp_path, task_convention.RULE, {PATH: source})


def test_bare_decorator_is_found(tmp_path: Path) -> None:
    assert_finds_marked(tmp_path, task_convention.RULE, {PATH: task_file(decorator="@shared_task  # bad")})


@pytest.mark.parametrize("retried", ["(Exception,)", "(OSError, ValueError)"])
def test_convention_is_accepted(tmp_path: Path, retried: str) -> None:
    source = task_file(decorator=f"@shared_task(bind=True, autoretry_for={retried}, {RETRIES}, acks_late=True)")
    assert_finds_marked(tmp_path, task_convention.RULE, {PATH: source})
