"""What is made is what the rules want. Each step of `make check` on it, and the task at work: tests/makers."""

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from makers.app_maker import plan_app
from makers.contract_text import add_to_import_contracts
from makers.python_text import strings_of
from makers.task_maker import plan_task
from makers.templates import fill
from tests.unit.makers.projects import ROOT, contents, copy_parts

WRITTEN_BEFORE = """

def pay_division(season_id: int, *, division_id: str, note: str = "") -> dict[str, Any]:
    return {"season_id": season_id}


def pay_nobody(note: str = "") -> None:
    return None


def pay_somebody(other_id: str) -> "Payment":
    raise NotImplementedError
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """With an app, and tasks of services that are new and of some that are there."""
    root = copy_parts(tmp_path_factory.mktemp("made"))
    plan_app(root, "laps_of_a_test").write()
    services = root / "backend/apps/laps_of_a_test/services.py"
    services.write_text(services.read_text() + WRITTEN_BEFORE)
    for name in ("pay_division", "pay_nobody", "pay_somebody"):
        plan_task(root, f"laps_of_a_test.{name}", []).write()
    plan_task(root, "laps_of_a_test.pay_prizes", ["season_id:int", "event_ids:list[int]"]).write()
    plan_task(root, "events.count_shoelaces", ["event_id:int"]).write()
    return root


def tasks_of(root: Path, app: str) -> str:
    return (root / f"backend/apps/{app}/tasks.py").read_text()


def test_the_guardrails_find_nothing_in_it(made: Path) -> None:
    command = [sys.executable, "-m", "guardrails", str(made / "backend")]
    done = subprocess.run(command, cwd=ROOT / "backend", capture_output=True, text=True, check=False)
    assert "manage.py:1:1: GR001" in done.stdout, done.stderr  # which is not in the copy
    new = ("apps/laps_of_a_test/", "apps/events/tasks.py", "apps/events/services.py", "backend/tests/")
    assert [line for line in done.stdout.splitlines() if any(name in line for name in new)] == []


def test_ruff_finds_nothing_in_it(made: Path) -> None:
    ruff = str(Path(sys.executable).with_name("ruff"))
    apps = [f"backend/apps/{app}/tasks.py" for app in ("laps_of_a_test", "events")]
    # Ruff knows by their folders what is of this project, and not all of them are in the copy.
    first_party = 'lint.isort.known-first-party = ["apps", "delivery", "tests"]'
    for command in (["format", "--diff"], ["check", "--config", first_party]):
        command = [ruff, *command, "--no-cache", "backend/tests", *apps]
        done = subprocess.run(command, cwd=made, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


def test_a_task_stands_behind_the_others_and_they_stay_as_they_were(made: Path, tmp_path: Path) -> None:
    _, *before = tasks_of(copy_parts(tmp_path), "events").split("\n\n\n@shared_task")
    imports, *after = tasks_of(made, "events").split("\n\n\n@shared_task")
    assert [one.strip() for one in after[:-1]] == [one.strip() for one in before]
    assert "def count_shoelaces_task(self: object, event_id: int) -> dict[str, object]:\n" in after[-1]
    assert "count_shoelaces" in imports
    assert "generate_event_ranking" in imports


DIVISION = """
def pay_division_task(self: object, season_id: int, division_id: str) -> dict[str, object]:
    return pay_division(season_id, division_id=division_id)
"""
NOBODY = """
def pay_nobody_task(self: object) -> None:
    return pay_nobody()
"""
SOMEBODY = """
def pay_somebody_task(self: object, other_id: str) -> object:
    return pay_somebody(other_id)
"""
PRIZES = """
def pay_prizes_task(self: object, season_id: int, event_ids: list[int]) -> dict[str, object]:
    return pay_prizes(season_id, event_ids)
"""


@pytest.mark.parametrize("function", [DIVISION, NOBODY, SOMEBODY, PRIZES])
def test_a_task_takes_what_its_service_needs(made: Path, function: str) -> None:
    assert function in tasks_of(made, "laps_of_a_test")


def test_a_service_that_is_there_stays_as_it_is(made: Path) -> None:
    text = (made / "backend/apps/laps_of_a_test/services.py").read_text()
    assert WRITTEN_BEFORE in text
    assert text.count("def ") == 4


def test_the_app_is_where_django_and_celery_look(made: Path) -> None:
    folder = made / "backend/apps/laps_of_a_test"
    assert {str(path.relative_to(folder)) for path in folder.rglob("*.py")} == {
        *("__init__.py", "apps.py", "models.py", "services.py", "tasks.py"),
        "migrations/__init__.py",
    }
    place = "backend/config/settings.py"
    written = (made / place).read_text()
    queues = strings_of(written, place, "QUEUES")
    assert queues == sorted([*settings.QUEUES, "laps_of_a_test"])
    installed = strings_of(written, place, "INSTALLED_APPS")
    assert [one for one in installed if one.startswith("apps.")][-1] == "apps.laps_of_a_test"


def test_the_contracts_have_it(made: Path) -> None:
    contracts = json.loads((made / "backend/message_contracts.json").read_text())
    assert contracts["queues"] == sorted([*settings.QUEUES, "laps_of_a_test"])
    assert list(contracts["tasks"]) == sorted(contracts["tasks"])
    assert contracts["tasks"]["laps_of_a_test.pay_prizes"] == {
        "queue": "laps_of_a_test",
        "arguments": {"season_id": "int", "event_ids": "list[int]"},
    }
    assert contracts["tasks"]["laps_of_a_test.pay_nobody"] == {"queue": "laps_of_a_test"}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (["config", "apps"], ["config", "apps"]),
        (["config", "apps.a", "apps.b"], ["config", "apps.a", "apps.new", "apps.b"]),
    ],
)
def test_layers_of_guardrails_that_name_each_app_name_it_as_well(before: list[str], after: list[str]) -> None:
    listed = ", ".join(f'"{one}"' for one in before)
    text = f"""[tool.guardrails]
root = "backend"
layers = [
  {listed},
]

[[tool.importlinter.contracts]]
id = "apps"
layers = ["a", "b"]

[[tool.importlinter.contracts]]
id = "tasks"
ignore_imports = [
]
"""
    changed = tomllib.loads(add_to_import_contracts(text, "pyproject.toml", "new"))["tool"]
    assert changed["guardrails"]["layers"] == after
    assert changed["importlinter"]["contracts"][0]["layers"] == ["a", "new", "b"]
    assert changed["importlinter"]["contracts"][1]["ignore_imports"] == ["apps.new.tasks -> apps.new.services"]


def test_the_runbook_names_its_worker_wherever_it_names_them_all(made: Path) -> None:
    for page in (made / "docs/runbook").glob("*.md"):
        lines = [line for line in page.read_text().splitlines() if "celery-worker-rankings" in line]
        assert all(" celery-worker-laps-of-a-test" in line for line in lines)


def test_its_worker_on_kubernetes_is_as_those_that_are_there() -> None:
    there = (ROOT / "deploy/kubernetes/base/worker-rankings.yaml").read_text()
    assert re.sub(" # pragma: .*", "", fill("worker.txt", app="rankings", service="rankings")) == there


@pytest.mark.parametrize(
    ("command", "reason"),
    [
        (("new_app", "auth"), "nothing was changed: app 'auth': another app has that label"),
        (("new_task", "events.rank", "--args", "event:int"), "nothing was changed: argument 'event:int'"),
    ],
)
def test_a_command_says_why_it_made_nothing(
    command: tuple[str, ...], reason: str, settings: object, tmp_path: Path
) -> None:
    root = copy_parts(tmp_path)
    settings.BASE_DIR = root / "backend"  # type: ignore[attr-defined]
    before = contents(root)
    with pytest.raises(CommandError, match=reason):
        call_command(*command)
    assert contents(root) == before


def test_the_commands_name_what_they_made(settings: object, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = copy_parts(tmp_path)
    settings.BASE_DIR = root / "backend"  # type: ignore[attr-defined]
    before = contents(root)
    call_command("new_app", "laps_of_a_test")
    call_command("new_task", "laps_of_a_test.pay", "--args", "season_id:int")
    told = capsys.readouterr().out
    after = contents(root)
    different = {name for name in after if before.get(name) != after[name] and (root / name).is_file()}
    assert different == {line.split()[1] for line in told.splitlines() if line.startswith(("made ", "changed "))}
    assert "Next: manage.py new_task laps_of_a_test.ACTION --args THING_id:int" in told
    assert (
        "Next: write pay in apps/laps_of_a_test/services.py; its test is tests/integration/laps_of_a_test/test_pay.py."
        in told
    )
