"""Schedules that were there before: what another scheduler has run is not run again."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone
from django_celery_beat.models import PeriodicTask

from delivery.firing import Firing
from delivery.models import ScheduledSlot, ScheduleState
from tests.schedule_rows import daily

pytestmark = pytest.mark.django_db(transaction=True)


def migrate(name: str) -> None:
    MigrationExecutor(connection).migrate([("delivery", name)])


@pytest.fixture
def before() -> Iterator[None]:
    migrate("0002_holds")
    yield
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes("delivery"))


def test_old_schedules_begin_now(before: None) -> None:
    moment = timezone.now()
    schedule: Any = daily((moment.hour - 1) % 24)
    PeriodicTask.objects.filter(pk=schedule.pk).update(date_changed=datetime(2020, 1, 1, tzinfo=UTC))
    migrate("0003_schedules")
    Firing().fire_due()
    state = ScheduleState.objects.get(schedule=schedule)
    assert state.began_at is not None
    assert state.began_at >= moment
    assert not ScheduledSlot.objects.exists()
