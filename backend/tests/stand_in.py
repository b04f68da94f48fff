"""A worker whose standings are made by a service with a countable effect: `celery -A tests.stand_in worker`.

The variable STAND_IN says which one, RETRIES how often the task states that it is tried again (after a second each).
Each run that is committed adds a stroke to the season's name.
"""

import os
import subprocess
import sys
import time
from typing import Any

from celery.signals import celeryd_after_setup
from django.db import transaction

from config.celery import app

__all__ = ["app"]


@transaction.atomic
def count_once(season_id: int) -> str:
    """One transaction, long enough that a second run begins before the first is committed."""
    add_stroke(season_id)
    time.sleep(1)
    return "counted"


def lose_database(season_id: int) -> str:
    """The database dies after the effects were committed and before the result is stored."""
    with transaction.atomic():
        add_stroke(season_id)
    from tests.broker import TOOL

    subprocess.run([sys.executable, TOOL, "database", "kill"], check=True)
    return "counted"


def lose_database_once(season_id: int) -> str:
    """As before, but the second run finds it in order."""
    from apps.rankings.models import Season

    if "|" in Season.objects.get(pk=season_id).name:
        return count_once(season_id)
    return lose_database(season_id)


@transaction.atomic
def break_rule(season_id: int) -> None:
    """At every try the database refuses what is written."""
    from apps.rankings.models import Season

    Season.objects.filter(pk=season_id).update(slug=None)


def add_stroke(season_id: int) -> None:
    from django.db.models import F, Value
    from django.db.models.functions import Concat

    from apps.rankings.models import Season

    Season.objects.filter(pk=season_id).update(name=Concat(F("name"), Value("|")))


@celeryd_after_setup.connect
def stand_in(**_kwargs: Any) -> None:
    """Before the children are forked, once the tasks are there."""
    task: Any = app.tasks["rankings.refresh_standings"]
    task.retry_kwargs.update(max_retries=int(os.environ.get("RETRIES", "3")), countdown=1)
    vars(sys.modules[task.__module__])["refresh_standings"] = globals()[os.environ["STAND_IN"]]
