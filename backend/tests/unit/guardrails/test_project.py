"""The project keeps its own rules, and each of them is seen to bite in it."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from guardrails.rules import RULES
from tests.unit.guardrails.project_copy import append, copy_project

# File to append to (or to make), and what. A line ends in the codes of the rules that it breaks.
PLANTED = [
    ("apps/events/models.py", "\ndef broken(:  # GR002\n"),
    (
        "apps/rankings/models.py",
        "\nfrom celery import shared_task  # GR011\n\n@shared_task  # GR003\ndef stray(): ...\n",
    ),
    ("apps/rankings/tasks.py", "\nLIMIT = 3  # GR004\n"),
    (
        "apps/notifications/tasks.py",
        """
@shared_task(bind=True, autoretry_for=(Exception,), retry_kwargs={"max_retries": 3})  # GR007
def thick_task(self: object, event_id: int) -> None:
    if event_id:  # GR005
        return None

@shared_task(bind=True, name="notifications.mend",  # GR007
             autoretry_for=(Exception,), retry_kwargs={"max_retries": 3})
def mend(self: object, event_id: int) -> None:  # GR006
    return mend_all(event_id)  # GR005

@shared_task(name="notifications.mend")  # GR008 GR010
def mend_task(event: str) -> None:  # GR009
    return mend(event)  # GR005
""",
    ),
    ("apps/events/admin_actions.py", "from apps.events.tasks import generate_event_ranking_task  # GR012\n"),
    ("config/settings.py", "\nCELERY_BEAT_SCHEDULE = {}  # GR013\n"),
    ("config/celery.py", "\nfrom celery.schedules import crontab  # GR014\n\n@app.task  # GR003\ndef debug(): ...\n"),
    (
        "apps/events/migrations/9999_schedule.py",
        "def add(apps, editor):\n    apps.get_model('django_celery_beat', 'PeriodicTask').objects.create()  # GR015\n",
    ),
    (
        "apps/events/services.py",
        """
enqueue('events.renk', {})  # GR017
work.delay(1)  # GR016
enqueue('events.import_scores', {})  # GR019
enqueue('events.import_scores', {'batch_id': 1, 'old_id': 1})  # GR019 GR020
""",
    ),
    (
        "apps/events/merging.py",
        """
from delivery.task import DeliveredTask  # GR021
from apps.rankings import services  # GR022
enqueue('events.import_scores', {'batch_id': request.user})  # GR023
""",
    ),
    ("config/urls.py", "\nsettings.CELERY_TASK_DEFAULT_QUEUE = 'event'  # GR024\n"),
    ("apps/events/unmarked/extra.py", ""),
]
MISSING = {"requirements.txt:1": {"GR001"}, "apps/events/unmarked/__init__.py:1": {"GR018"}}


def run(backend: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "guardrails"]
    return subprocess.run(command, cwd=backend, capture_output=True, text=True, check=False)


def test_project_keeps_every_rule(tmp_path: Path) -> None:
    result = run(copy_project(tmp_path))
    assert (result.stdout, result.returncode) == ("", 0), result.stderr


def plant_all(backend: Path) -> dict[str, set[str]]:
    """Plant everything; gives the codes that must be found, by path and line."""
    expected = dict(MISSING)
    (backend / "requirements.txt").unlink()
    contracts = backend / "message_contracts.json"
    contracts.write_text(
        json.dumps({**json.loads(contracts.read_text()), "retired": {"events.import_scores.old_id": {}}})
    )
    for name, source in PLANTED:
        first = append(backend / name, source)
        for offset, line in enumerate(source.splitlines()):
            if mark := re.search(r"#((?: GR\d+)+)$", line):
                expected[f"{name}:{first + offset}"] = set(mark[1].split())
    return expected


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, set[str]], dict[str, set[str]], int]:
    """What must be found in a copy with everything planted, what is found, and the exit code."""
    backend = copy_project(tmp_path_factory.mktemp("planted"))
    expected = plant_all(backend)
    result = run(backend)
    found: dict[str, set[str]] = {}
    for line in result.stdout.splitlines():
        path, number, _column, rest = line.split(":", 3)
        found.setdefault(f"{path}:{number}", set()).add(rest.split()[0])
    return expected, found, result.returncode


def test_planted_violations_fail(planted: tuple[dict[str, set[str]], dict[str, set[str]], int]) -> None:
    assert planted[2] == 1


def test_exactly_the_planted_violations_are_found(
    planted: tuple[dict[str, set[str]], dict[str, set[str]], int],
) -> None:
    assert planted[1] == planted[0]


def test_every_rule_has_a_planted_violation(
    planted: tuple[dict[str, set[str]], dict[str, set[str]], int],
) -> None:
    assert set().union(*planted[0].values()) == {rule.code for rule in RULES}
