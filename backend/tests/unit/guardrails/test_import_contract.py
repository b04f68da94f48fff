"""The import contract of pyproject.toml holds, and each of its parts is seen to bite."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.unit.guardrails.project_copy import append, copy_project

HOUSES = "config wires the apps, the apps use delivery, all use telemetry, nothing looks back"
APPS = "an app imports those alone that stand behind it here"
OUTBOX = (
    "of delivery, apps import the outbox alone; a command may use the ledger and command_line,"
    " notifications what waits for attention"
)
CELERY = "of the apps, only tasks.py reaches Celery, also by way of other modules"
TASKS = "tasks.py imports its own services alone"
NOBODY = "nothing imports a tasks.py"
GUARDRAILS = "guardrails imports nothing of the project, Django or Celery"
MAKERS = "makers imports nothing of the project"

# The contract that must break, the file to append to (or to make), the import, and how it is reported.
PLANTED = [
    (HOUSES, "delivery/planted_up.py", "import config.settings", "delivery.planted_up -> config.settings"),
    (HOUSES, "delivery/planted_app.py", "import apps.events.services", "delivery.planted_app -> apps.events.services"),
    (HOUSES, "telemetry/planted_up.py", "import delivery.outbox", "telemetry.planted_up -> delivery.outbox"),
    (HOUSES, "apps/events/planted_up.py", "import config.settings", "apps.events.planted_up -> config.settings"),
    (APPS, "apps/events/planted.py", "import apps.rankings.services", "apps.events.planted -> apps.rankings.services"),
    (
        APPS,
        "apps/rankings/planted.py",
        "def later():\n    from apps.notifications import services",
        "apps.rankings.planted -> apps.notifications.services",
    ),
    (APPS, "apps/errors.py", "import apps.events.models", "apps.errors -> apps.events.models"),
    (APPS, "apps/planted/__init__.py", "", "apps.planted"),
    (OUTBOX, "apps/events/planted_models.py", "import delivery.models", "planted_models -> delivery.models"),
    (OUTBOX, "apps/rankings/services.py", "import delivery.ledger", "apps.rankings.services -> delivery.ledger"),
    (OUTBOX, "apps/rankings/planted.py", "import delivery.attention", "apps.rankings.planted -> delivery.attention"),
    (
        OUTBOX,
        "apps/notifications/planted.py",
        "import delivery.dead_letters",
        "apps.notifications.planted -> delivery.dead_letters",
    ),
    (OUTBOX, "apps/events/admin.py", "import delivery.ledger", "apps.events.admin -> delivery.ledger"),
    (OUTBOX, "apps/events/admin.py", "import delivery.command_line", "apps.events.admin -> delivery.command_line"),
    (CELERY, "apps/rankings/services.py", "import celery.result", "apps.rankings.services -> celery"),
    (CELERY, "apps/events/planted_kombu.py", "from kombu import Queue", "apps.events.planted_kombu -> kombu"),
    (CELERY, "delivery/outbox.py", "import django_celery_results.models", "delivery.outbox -> django_celery_results"),
    (
        CELERY,
        "apps/events/planted_types.py",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from django_celery_beat.models import PeriodicTask",
        "apps.events.planted_types -> django_celery_beat",
    ),
    (
        TASKS,
        "apps/rankings/tasks.py",
        "from apps.events.services import generate_event_ranking",
        "apps.rankings.tasks -> apps.events.services",
    ),
    (TASKS, "apps/events/tasks.py", "from apps.events import models", "apps.events.tasks -> apps.events.models"),
    (TASKS, "apps/events/tasks.py", "from apps import errors", "apps.events.tasks -> apps.errors"),
    (TASKS, "apps/events/tasks.py", "import delivery.outbox", "apps.events.tasks -> delivery.outbox"),
    (TASKS, "apps/events/tasks.py", "from django.db import transaction", "apps.events.tasks -> django"),
    (NOBODY, "apps/events/planted_tasks.py", "import apps.events.tasks", "planted_tasks -> apps.events.tasks"),
    (NOBODY, "config/planted_tasks.py", "import apps.events.tasks", "config.planted_tasks -> apps.events.tasks"),
    (GUARDRAILS, "guardrails/planted.py", "import apps.events.rules", "guardrails.planted -> apps.events.rules"),
    (GUARDRAILS, "guardrails/planted.py", "import django.apps", "guardrails.planted -> django"),
    (GUARDRAILS, "guardrails/planted.py", "import celery", "guardrails.planted -> celery"),
    (MAKERS, "makers/planted.py", "import config.settings", "makers.planted -> config.settings"),
]


def lint_imports(backend: Path) -> subprocess.CompletedProcess[str]:
    """Run what `make check` runs, on a copy."""
    tool = Path(sys.executable).with_name("lint-imports")
    command = [str(tool), "--no-logo", "--no-cache", "--config", "../pyproject.toml"]
    environment = {"COLUMNS": "1000"}  # else long lines are wrapped
    return subprocess.run(command, cwd=backend, env=environment, capture_output=True, text=True, check=False)


def test_project_keeps_the_contract(tmp_path: Path) -> None:
    result = lint_imports(copy_project(tmp_path))
    assert result.returncode == 0, result.stdout
    assert "8 kept, 0 broken" in result.stdout


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """With everything planted: what is reported, by contract."""
    backend = copy_project(tmp_path_factory.mktemp("planted"))
    for _, name, source, _ in PLANTED:
        append(backend / name, f"{source}\n")
    result = lint_imports(backend)
    assert result.returncode == 1
    _, _, report = result.stdout.partition("Broken contracts")
    return sections(report)


def sections(report: str) -> dict[str, str]:
    """The report's text under each heading (a line above one of dashes)."""
    lines, found = report.splitlines(), {"": ""}
    heading = ""
    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        heading = line if line and following == "-" * len(line) else heading
        found[heading] = found.get(heading, "") + f"{line}\n"
    return found


@pytest.mark.parametrize(("contract", "name", "source", "reported"), PLANTED)
def test_planted_import_is_reported(
    broken: dict[str, str], contract: str, name: str, source: str, reported: str
) -> None:
    assert reported in broken[contract]
