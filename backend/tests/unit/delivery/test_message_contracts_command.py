"""`manage.py message_contracts` on a copy of the project with something planted, and on messages of the retired."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.utils import timezone
from django_celery_beat.models import IntervalSchedule, PeriodicTask

from delivery.contracts.document import contracts_file
from delivery.management.commands import message_contracts
from delivery.models import DeadLetter, OutboxMessage
from delivery.outbox import enqueue
from tests.unit.guardrails.project_copy import copy_project


def test_a_renamed_argument_and_a_removed_task_fail_the_check_of_a_whole_project(tmp_path: Path) -> None:
    backend = copy_project(tmp_path)
    tasks = backend / "apps/events/tasks.py"
    tasks.write_text(
        tasks.read_text().replace("batch_id", "import_id").replace("generate_event_ranking_task", "x_task")
    )
    tasks.write_text(tasks.read_text().replace('name="events.generate_event_ranking"', 'name="events.rank"'))
    check = subprocess.run(
        [sys.executable, "manage.py", "message_contracts"],
        cwd=backend,
        capture_output=True,
        text=True,
        check=False,
    )
    assert check.returncode == 1
    assert "task events.generate_event_ranking is gone" in check.stderr
    assert "task events.import_scores: argument batch_id is gone" in check.stderr
    assert "task events.import_scores: argument import_id is new and has no default" in check.stderr
    assert "manage.py message_contracts retire events.import_scores.batch_id" in check.stderr


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the project's file that the command reads and writes in its place."""
    copy = tmp_path / "message_contracts.json"
    copy.write_text(contracts_file().read_text())
    monkeypatch.setattr(message_contracts, "contracts_file", lambda: copy)
    return copy


def change(file: Path, **parts: Any) -> None:
    file.write_text(json.dumps(json.loads(file.read_text()) | parts))


def test_an_addition_asks_for_a_renewal_which_one_command_makes(file: Path) -> None:
    whole = file.read_text()
    tasks = json.loads(whole)["tasks"]
    change(file, tasks={name: task for name, task in tasks.items() if name != "events.import_scores"})
    with pytest.raises(CommandError, match="not up to date, and nothing breaks"):
        call_command("message_contracts")
    call_command("message_contracts", "write")
    assert file.read_text() == whole
    call_command("message_contracts", "check")


def test_a_note_whose_day_has_come_fails_no_check_and_goes_with_the_next_writing(file: Path) -> None:
    whole = file.read_text()
    past = {"since": "2026-01-01", "may_go": "2026-02-01", "reason": "a test"}
    change(file, retired={"delivery_outboxmessage.gone": past})
    call_command("message_contracts")
    call_command("message_contracts", "write")
    assert file.read_text() == whole


def test_a_break_is_not_written_over(file: Path) -> None:
    change(file, queues=["events", "notifications", "old", "rankings"])
    before = file.read_text()
    with pytest.raises(CommandError, match="queue old is gone"):
        call_command("message_contracts", "write")
    assert file.read_text() == before


def test_a_file_that_is_wrong_is_refused_with_its_place(file: Path) -> None:
    change(file, retired={"events.x": {"since": "yesterday"}})
    with pytest.raises(CommandError, match=r"retired\.events\.x\.since"):
        call_command("message_contracts")


@pytest.mark.django_db
def test_what_is_left_of_the_retired_is_told(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("message_contracts", "retire", "events.import_scores", reason="by upload now", days=0)
    call_command("message_contracts", "waiting")
    assert "nothing of it is left" in capsys.readouterr().out
    with transaction.atomic():
        enqueue("events.import_scores", {"batch_id": 1})
        sent = enqueue("events.import_scores", {"batch_id": 2})
        enqueue("events.generate_event_ranking", {"event_id": 1})
    OutboxMessage.objects.filter(task_id=sent).update(sent_at=timezone.now())
    letter = {"task_name": "events.import_scores", "kwargs": {}, "body": b"", "properties": {}, "headers": {}}
    DeadLetter.objects.create(**letter, died_at=timezone.now())
    hourly = IntervalSchedule.objects.create(every=1, period="hours")
    PeriodicTask.objects.create(name="import", task="events.import_scores", interval=hourly)
    with pytest.raises(CommandError) as told:
        call_command("message_contracts", "waiting")
    assert str(told.value).splitlines()[1:] == [
        "events.import_scores: 1 unsent in the outbox",
        "events.import_scores: 1 sent and not finished",
        "events.import_scores: 1 dead letters that wait for somebody to decide",
        "events.import_scores: 1 schedules",
    ]


@pytest.mark.django_db
def test_what_is_left_of_a_retired_argument_is_told(file: Path) -> None:
    retired = {"events.import_scores.old_id": {"since": "2026-01-01", "may_go": "2026-02-01", "reason": "old"}}
    change(file, retired=retired)
    with transaction.atomic():
        enqueue("events.import_scores", {"batch_id": 1})
        enqueue("events.import_scores", {"batch_id": 1, "old_id": 1})
    with pytest.raises(CommandError, match="1 unsent in the outbox"):
        call_command("message_contracts", "waiting")
