"""`manage.py schedules`: data in, data out, and what an operator changed stays."""

import io
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.utils import timezone
from django_celery_beat.models import CrontabSchedule, PeriodicTask

from delivery.firing import Firing
from delivery.models import ScheduleState
from tests.schedule_rows import TASK, every

pytestmark = pytest.mark.django_db

NIGHTLY = {"name": "nightly", "task": TASK, "crontab": "0 4 * * *", "timezone": "America/Sao_Paulo"}
OFTEN = {"name": "often", "task": TASK, "kwargs": {"event_id": 7}, "interval": {"every": 10, "period": "minutes"}}
ALL_KINDS: list[dict[str, Any]] = [
    NIGHTLY | {"missed": "run_all", "description": "every night", "enabled": False},
    OFTEN | {"expire_seconds": 600, "missed": "skip"},
    {"name": "once", "task": TASK, "clocked": "2100-01-01T12:00:00Z", "one_off": True},
    {
        "name": "sunny",
        "task": TASK,
        "solar": {"event": "sunset", "latitude": -23.55, "longitude": -46.63},
        "start_time": "2026-01-01T00:00:00Z",
        "expires": "2027-01-01T00:00:00Z",
    },
]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "schedules.json"


def run(*arguments: Any) -> str:
    output = io.StringIO()
    call_command("schedules", *arguments, stdout=output)
    return output.getvalue()


def write(file: Path, *schedules: dict[str, Any]) -> Path:
    file.write_text(json.dumps({"schedules": schedules}))
    return file


def load(file: Path, *schedules: dict[str, Any]) -> str:
    return run("load", write(file, *schedules))


def differences(file: Path, *schedules: dict[str, Any]) -> str:
    """What --check shows; it must end with an error."""
    output = io.StringIO()
    with pytest.raises(CommandError):
        call_command("schedules", "load", "--check", write(file, *schedules), stdout=output)
    return output.getvalue()


def test_what_is_loaded_is_dumped_and_loading_that_changes_nothing(file: Path) -> None:
    assert load(file, *ALL_KINDS).count(": created") == 4
    dumped = json.loads(run("dump"))["schedules"]
    assert dumped == sorted(ALL_KINDS, key=lambda schedule: str(schedule["name"]))
    before = list(PeriodicTask.objects.values())
    assert load(file, *dumped) == "4 schedules were up to date\n"
    assert list(PeriodicTask.objects.values()) == before
    assert run("load", "--check", file) == ""


def test_a_row_is_as_the_file_says(file: Path) -> None:
    load(file, NIGHTLY | {"missed": "skip", "kwargs": {"event_id": 3}})
    row = PeriodicTask.objects.get()
    assert (row.name, row.task, row.kwargs, row.enabled) == ("nightly", TASK, '{"event_id": 3}', True)
    assert str(row.crontab) == "0 4 * * * (m/h/dM/MY/d) America/Sao_Paulo"
    assert ScheduleState.objects.get().missed == "skip"


def test_a_new_file_updates_what_is_still_as_it_was_loaded(file: Path) -> None:
    load(file, NIGHTLY, OFTEN)
    newer = NIGHTLY | {"crontab": "30 5 * * *"}
    expected = 'nightly: {}\n  crontab: "0 4 * * *" here, "30 5 * * *" in the file\n'
    assert differences(file, newer, OFTEN) == expected.format("not up to date")
    assert load(file, newer, OFTEN) == expected.format("updated") + "1 schedules were up to date\n"
    assert PeriodicTask.objects.get(name="nightly").crontab.minute == "30"
    assert load(file, newer | {"missed": "skip"}, OFTEN).startswith("nightly: updated\n  missed: ")
    assert ScheduleState.objects.get(schedule__name="nightly").missed == "skip"


def test_a_crontab_that_others_share_is_not_changed_for_them(file: Path) -> None:
    load(file, NIGHTLY, NIGHTLY | {"name": "also nightly"})
    assert CrontabSchedule.objects.count() == 1
    load(file, NIGHTLY | {"crontab": "30 5 * * *"}, NIGHTLY | {"name": "also nightly"})
    assert PeriodicTask.objects.get(name="also nightly").crontab.minute == "0"


@pytest.mark.parametrize(
    ("change", "shown"),
    [
        ({"enabled": False}, "enabled: false here, true in the file"),
        ({"kwargs": '{"event_id": 8}'}, 'kwargs: {"event_id": 8} here, {} in the file'),
        ({"description": "mine"}, 'description: "mine" here, "" in the file'),
    ],
)
def test_what_an_operator_changed_stays_and_is_shown(file: Path, change: dict[str, Any], shown: str) -> None:
    load(file, NIGHTLY)
    PeriodicTask.objects.update(**change)
    before = PeriodicTask.objects.values().get()
    assert differences(file, NIGHTLY) == f"nightly: changed by an operator\n  {shown}\n"
    for document in (NIGHTLY, NIGHTLY | {"crontab": "30 5 * * *"}):
        assert load(file, document).startswith("nightly: left alone, an operator changed it\n")
        assert PeriodicTask.objects.values().get() == before


def test_a_policy_that_an_operator_changed_stays_as_well(file: Path) -> None:
    load(file, NIGHTLY)
    ScheduleState.objects.update(missed="skip")
    assert 'missed: "skip" here, "run_once" in the file' in load(file, NIGHTLY)
    assert ScheduleState.objects.get().missed == "skip"


def test_a_schedule_that_an_operator_made_is_not_the_files(file: Path) -> None:
    own = every(60, name="nightly")
    assert "nightly: left alone, an operator changed it\n" in load(file, NIGHTLY)
    own.refresh_from_db()
    assert own.interval is not None
    every(60, name="unknown to the file")
    assert "unknown" not in load(file, NIGHTLY)


def test_what_left_the_file_is_shown_and_stays(file: Path) -> None:
    load(file, NIGHTLY, OFTEN)
    assert differences(file, OFTEN) == "nightly: no longer in the file\n"
    assert "nightly: left alone, no longer in the file\n" in load(file, OFTEN)
    assert PeriodicTask.objects.filter(name="nightly", enabled=True).exists()


def test_a_one_off_that_has_run_was_not_changed_by_an_operator(file: Path) -> None:
    document = OFTEN | {"one_off": True, "interval": {"every": 1, "period": "seconds"}}
    load(file, document)
    Firing().fire_due()
    ScheduleState.objects.update(handled_until=timezone.now() - timedelta(seconds=5))
    Firing().fire_due()
    assert not PeriodicTask.objects.get().enabled
    assert load(file, document) == "1 schedules were up to date\n"
    assert not PeriodicTask.objects.get().enabled


def test_loading_begins_nothing_anew_where_nothing_changed(file: Path) -> None:
    load(file, OFTEN)
    before = PeriodicTask.objects.get().date_changed
    load(file, OFTEN)
    assert PeriodicTask.objects.get().date_changed == before


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"task": "Nonsense"}, "schedules[1].task: task name 'Nonsense': must be domain.action"),
        ({"kwargs": [1]}, "schedules[1].kwargs: Input should be "),
        ({"kwargs": {"a": "\x00"}}, "schedules[1].kwargs: kwargs.a: has a NUL"),
        ({"crontab": "61 4 * * *"}, "schedules[1]: crontab, minute '61': Invalid end range: 61 > 59."),
        ({"crontab": "4 * * *"}, "schedules[1]: crontab '4 * * *': must have five fields"),
        ({"timezone": "Mars/Olympus"}, "schedules[1]: timezone 'Mars/Olympus': there is no such zone"),
        ({"timezone": None}, "schedules[1]: crontab and timezone go together"),
        ({"interval": {"every": 1, "period": "days"}}, "schedules[1]: one of crontab, interval, clocked and solar"),
        ({"missed": "later"}, "schedules[1].missed: Input should be 'skip', 'run_once' or 'run_all'"),
        ({"start_time": "2026-01-01T00:00:00"}, "schedules[1].start_time: must have a zone"),
        ({"enabled": "yes"}, "schedules[1].enabled: Input should be a valid boolean"),
        ({"queue": "events"}, "schedules[1].queue: Extra inputs are not permitted"),
        ({"name": "often"}, "schedules[1].name: 'often' is there twice"),
    ],
)
def test_what_is_wrong_is_named_with_its_place_and_nothing_is_loaded(
    file: Path, wrong: dict[str, Any], reason: str
) -> None:
    with pytest.raises(CommandError) as refused:
        load(file, OFTEN, NIGHTLY | wrong)
    assert str(refused.value).startswith("nothing was loaded\n")
    assert f"{file}: {reason}" in str(refused.value)
    assert not PeriodicTask.objects.exists()


def test_a_file_that_cannot_be_read_is_named(file: Path) -> None:
    with pytest.raises(CommandError, match=r"schedules\.json cannot be read: .*No such file"):
        run("load", file)
    file.write_text("{")
    with pytest.raises(CommandError, match=r"nothing was loaded\n.*schedules\.json: Invalid JSON"):
        run("load", file)


def test_the_projects_own_schedules_can_be_loaded() -> None:
    assert "celery.backend_cleanup: created" in run("load", settings.BASE_DIR / "schedules.json")
    Firing().fire_due()
    assert all(state.definition for state in ScheduleState.objects.all())
    assert ScheduleState.objects.count() > 1
