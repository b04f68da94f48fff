"""GR006, GR007 and GR008: the names of tasks and of their functions."""

from pathlib import Path

import pytest

from guardrails.project import read_project
from guardrails.rules import task_function_name, task_name, unique_task_name
from tests.unit.guardrails.planted import assert_finds_marked, found, plant, task_file

PATH = "apps/events/tasks.py"


@pytest.mark.parametrize("name", ["rank", "rank_job", "task_rank", "rerank_task", "rank_task_task", "_rank_task"])
def test_function_named_otherwise_is_found(tmp_path: Path, name: str) -> None:
    function = f"def {name}(self, event_id):  # bad\n    return rank(event_id)"
    assert_finds_marked(tmp_path, task_function_name.RULE, {PATH: task_file(function=function)})


def test_function_that_calls_nothing_keeps_the_ending(tmp_path: Path) -> None:
    kept, broken = task_file(function="def rank_task(self): ..."), task_file(function="def rank(self): ...  # bad")
    assert_finds_marked(tmp_path, task_function_name.RULE, {PATH: kept, "apps/rankings/tasks.py": broken})


def test_builtin_is_no_service(tmp_path: Path) -> None:
    plant(tmp_path, {PATH: task_file(function="def total(self, event_ids):\n    return sum(event_ids)")})
    (finding,) = task_function_name.RULE.findings(read_project(tmp_path))
    assert finding.instead == "name it total_task"


def test_function_named_after_its_service_is_accepted(tmp_path: Path) -> None:
    assert_finds_marked(tmp_path, task_function_name.RULE, {PATH: task_file()})


@pytest.mark.parametrize(
    "decorator",
    [
        "@shared_task  # bad",
        "@shared_task(bind=True)  # bad",
        '@shared_task(\n    bind=True,\n    name="rank",  # bad\n)',
        '@shared_task(name="events.Rank")  # bad',
        '@shared_task(name="events.rank_task")  # bad',
        '@shared_task(name="event.rank")  # bad',
        '@shared_task(name="apps.events.rank")  # bad',
        '@shared_task(name="rankings.rank")  # bad',
        '@shared_task(name="")  # bad',
        '@shared_task(name=f"events.rank")  # bad',
        '@shared_task(name="events." "rank" + "")  # bad',
        "@shared_task(name=NAME)  # bad",
        '@shared_task(**{"name": "events.rank"})  # bad',
    ],
)
def test_name_that_is_not_app_and_service_is_found(tmp_path: Path, decorator: str) -> None:
    assert_finds_marked(tmp_path, task_name.RULE, {PATH: 'NAME = "events.rank"\n' + task_file(decorator=decorator)})


def test_name_written_out_is_accepted(tmp_path: Path) -> None:
    assert_finds_marked(tmp_path, task_name.RULE, {PATH: task_file()})


def test_message_gives_the_name_to_write(tmp_path: Path) -> None:
    plant(tmp_path, {PATH: task_file(decorator="@shared_task")})
    (finding,) = task_name.RULE.findings(read_project(tmp_path))
    assert 'write name="events.rank"' in finding.message


def test_second_task_of_a_name_is_found(tmp_path: Path) -> None:
    files = {
        "apps/events/tasks.py": task_file(),
        "apps/rankings/tasks.py": task_file(decorator='@shared_task(name="events.rank")  # bad'),
        "apps/notifications/tasks.py": task_file(decorator='@shared_task(name="events.tell")'),
        "apps/other/tasks.py": task_file(decorator="@shared_task"),
        "apps/others/tasks.py": task_file(decorator="@shared_task"),
    }
    assert_finds_marked(tmp_path, unique_task_name.RULE, files)


def test_second_task_of_a_name_in_one_file_is_found(tmp_path: Path) -> None:
    plant(tmp_path, {PATH: task_file() + task_file()})
    second = len(task_file().splitlines()) + 5
    assert found(tmp_path, unique_task_name.RULE) == [(PATH, second)]
