"""GR013, GR014 and GR015: no schedule in settings, in code, or written by a migration."""

from pathlib import Path
from textwrap import dedent

import pytest

from guardrails.rule import Rule
from guardrails.rules import schedule_code, schedule_rows, schedule_settings
from tests.unit.guardrails.planted import assert_finds_marked

SETTINGS = {
    "setting": "CELERY_BEAT_SCHEDULE = {}  # bad",
    "typed setting": "CELERY_BEAT_SCHEDULE: dict[str, object] = {}  # bad",
    "old setting": "CELERYBEAT_SCHEDULE = {}  # bad",
    "added to": "CELERY_BEAT_SCHEDULE |= {}  # bad",
    "entry": "CELERY_BEAT_SCHEDULE['x'] = {}  # bad",
    "updated": "CELERY_BEAT_SCHEDULE.update({})  # bad",
    "configuration": "app.conf.beat_schedule = {}  # bad",
    "configuration's entry": "app.conf.beat_schedule['x'] = {}  # bad",
    "configuration by key": "app.conf['beat_schedule'] = {}  # bad",
    "configuration updated": "app.conf.update(beat_schedule={})  # bad",
    "configuration from a mapping": "app.conf.update({\n    'beat_schedule': {},  # bad\n})",
    "configuration's schedule updated": "app.conf.beat_schedule.update(x={})  # bad",
    "setattr": "setattr(app.conf, 'beat_schedule', {})  # bad",
    "in a function": "def wire(app):\n    app.conf.beat_schedule = {}  # bad",
    "class attribute": "class Settings:\n    beat_schedule = {}  # bad",
}

CODE = {
    "crontab": "from celery.schedules import crontab  # bad\nx = crontab(minute=0)  # bad",
    "renamed": "from celery.schedules import crontab as at  # bad\nx = at(minute=0)  # bad",
    "solar": "from celery.schedules import solar  # bad",
    "interval": "from celery.schedules import schedule  # bad",
    "module": "import celery.schedules\nx = celery.schedules.crontab()  # bad",
    "module by name": "from celery import schedules\nx = schedules.schedule(10)  # bad",
    "everything": "from celery.schedules import *  # bad",
    "time zone": "from django_celery_beat.tzcrontab import TzAwareCrontab  # bad",
    "added": "app.add_periodic_task(10, job)  # bad",
    "added later": "add = app.add_periodic_task  # bad",
    "after configure": "@app.on_after_configure.connect  # bad\ndef wire(sender, **rest): ...",
    "after finalize": "app.on_after_finalize.connect(wire)  # bad",
}

ROWS = {
    "imported": """
        from django_celery_beat.models import PeriodicTask
        PeriodicTask.objects.create(name="x")  # bad
    """,
    "made and saved": """
        from django_celery_beat import models
        models.PeriodicTask(name="x").save()  # bad
    """,
    "of the migration's state": """
        def add(apps, editor):
            model = apps.get_model("django_celery_beat", "CrontabSchedule")
            model.objects.get_or_create(minute="0")  # bad
    """,
    "in one expression": """
        def add(apps, editor):
            apps.get_model("django_celery_beat.IntervalSchedule").objects.using("x").bulk_create([])  # bad
    """,
    "updated or made": """
        from django_celery_beat.models import ClockedSchedule as C, SolarSchedule as S
        C.objects.update_or_create(x=1)  # bad
        S.objects.create(x=1)  # bad
    """,
}

CASES = [
    *[pytest.param(schedule_settings.RULE, "config/settings.py", source, id=case) for case, source in SETTINGS.items()],
    *[pytest.param(schedule_code.RULE, "config/celery.py", source, id=case) for case, source in CODE.items()],
    *[pytest.param(schedule_rows.RULE, "apps/x/migrations/0002.py", source, id=case) for case, source in ROWS.items()],
    pytest.param(schedule_rows.RULE, "delivery/apps.py", ROWS["imported"], id="at the start of an app"),
]


@pytest.mark.parametrize(("rule", "path", "source"), CASES)
def test_hardcoded_schedule_is_found(tmp_path: Path, rule: Rule, path: str, source: str) -> None:
    assert_finds_marked(tmp_path, rule, {path: source})


INNOCENT = """
    from crontab import CronTab
    from celery.schedules import maybe_schedule
    from django_celery_beat.schedulers import DatabaseScheduler
    from django_celery_beat.models import PeriodicTask

    CELERY_BEAT_SCHEDULER = "django_celery_beat.schedulers:DatabaseScheduler"
    CronTab(user=True)
    print(settings.CELERY_BEAT_SCHEDULE, app.conf.beat_schedule["x"], "beat_schedule")
    app.on_after_fork.connect(print)
    PeriodicTask.objects.filter(name="x").update(enabled=False)
    Event.objects.create(name="x")
    get_model("events", "PeriodicTask").objects.create(name="x")
"""


@pytest.mark.parametrize("rule", [schedule_settings.RULE, schedule_code.RULE, schedule_rows.RULE])
def test_innocent_source_is_accepted(tmp_path: Path, rule: Rule) -> None:
    assert_finds_marked(tmp_path, rule, {"delivery/apps.py": INNOCENT, "apps/x/migrations/0001.py": INNOCENT})


@pytest.mark.parametrize("rule", [schedule_settings.RULE, schedule_code.RULE, schedule_rows.RULE])
def test_tests_may_make_schedules(tmp_path: Path, rule: Rule) -> None:
    source = "\n".join([*SETTINGS.values(), *CODE.values(), dedent(ROWS["imported"])])
    assert_finds_marked(tmp_path, rule, {"tests/unit/test_it.py": source.replace("  # bad", "")})


def test_schedules_made_when_asked_are_accepted(tmp_path: Path) -> None:
    source = """
        def plan():
            from django_celery_beat.models import PeriodicTask
            PeriodicTask.objects.create(name="x")
    """
    assert_finds_marked(tmp_path, schedule_rows.RULE, {"delivery/management/commands/schedule.py": source})
