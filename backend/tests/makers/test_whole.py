"""What new_app and new_task make passes every check at once, runs on real parts, and disturbs nothing that was there.

`make makers`: too long for `make test`, whose tests/unit/makers look at each step by itself.
"""

import shutil
import sys
from pathlib import Path

import pytest

from tests.makers.copied import copy_whole_project, manage, run

APP = "prize_money"
# Written by a person before there is a task for it.
WRITTEN_BEFORE = """

def pay_division(season_id: int, *, division_id: str, note: str = "") -> dict[str, int]:
    return {"season": season_id}
"""
SERVICE = """    return {"season": season_id, "events": len(event_ids)}
"""
# As a person goes on: the service does something, so its task succeeds, whatever worker takes it.
FILLED_TEST = f'''"""The made task, filled in."""

import pytest
from django.db import transaction

from delivery.ledger import task_state
from delivery.outbox import enqueue
from tests.broker import Broker
from tests.processes import Processes, wait_until


@pytest.mark.parametrize("options", [(), ("--queues", "{APP}")])
def test_relay_and_worker_run_it(processes: Processes, broker: Broker, options: tuple[str, ...]) -> None:
    with transaction.atomic():
        task_id = enqueue("{APP}.pay_prizes", {{"season_id": 7, "event_ids": [1, 2]}})
    processes.start_relay()
    processes.start_worker(*options)
    wait_until(lambda: task_state(task_id).state == "succeeded", "succeeded")
    assert task_state(task_id).result == {{"season": 7, "events": 2}}
'''
# All that know of queues, apps or rights.
TOLD_OF_QUEUES = (
    "tests/unit/deploy",
    "tests/unit/guardrails",
    "tests/unit/makers",
    "tests/unit/test_make_secrets.py",
    "tests/unit/test_migrations.py",
    "tests/unit/delivery",
    *(f"tests/integration/delivery/test_{name}.py" for name in ("celery", "drift", "metrics", "relay", "topology")),
    "tests/integration/delivery/test_recorded_messages.py",
)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The copy with an app, a task in it, one in an app that was there, and two for services that were there."""
    root = copy_whole_project(tmp_path_factory.mktemp("made") / "project")
    manage(root, "new_app", APP)
    services = root / "backend" / "apps" / APP / "services.py"
    services.write_text(services.read_text() + WRITTEN_BEFORE)
    manage(root, "new_task", f"{APP}.pay_division")
    manage(root, "new_task", f"{APP}.pay_prizes", "--args", "season_id:int", "event_ids:list[int]")
    manage(root, "new_task", "events.close_entries", "--args", "event_id:int")
    long = [f"{name}_of_the_longest_names_possible_id:str" for name in ("one", "some", "last")]
    manage(root, "new_task", "rankings.forget_what_was_ranked_before_anybody_c", "--args", *long)
    manage(root, "new_task", "events.delete_event")
    run(root, "git", "add", "--all")
    return root


def test_it_passes_every_check(made: Path) -> None:
    # The shared tools are there: nothing is installed for the copy.
    run(made, "make", "--old-file=.venv/.develop", "check", folder=".")
    run(made, "make", "--old-file=.venv/.develop", "secrets", folder=".")


def test_its_own_tests_and_those_that_know_of_queues_pass(made: Path) -> None:
    own = [str(path) for path in sorted((made / "backend/tests/integration" / APP).glob("test_*.py"))]
    own += [f"tests/integration/events/test_{name}.py" for name in ("close_entries", "delete_event")]
    told = run(made, sys.executable, "-m", "pytest", "-q", *own, *TOLD_OF_QUEUES)
    assert " passed" in told


def test_filled_in_it_runs_and_its_result_is_there(made: Path) -> None:
    services = made / "backend" / "apps" / APP / "services.py"
    before, after = services.read_text().split(
        f'    raise NotImplementedError("{APP}.pay_prizes is not written yet")\n'
    )
    services.write_text(before + SERVICE + after)
    test = made / "backend" / "tests" / "integration" / APP / "test_filled_in.py"
    test.write_text(FILLED_TEST)
    assert "2 passed" in run(made, sys.executable, "-m", "pytest", "-q", str(test))


def test_without_the_makers_the_product_is_whole(made: Path) -> None:
    # As in the image: .dockerignore names both.
    ignored = (made / ".dockerignore").read_text().splitlines()
    for name in ("makers", "guardrails"):
        assert f"backend/{name}" in ignored
        shutil.rmtree(made / "backend" / name)
    assert "no issues" in manage(made, "check")
