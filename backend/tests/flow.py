"""A worker whose ranking task only notes its run in the file of RUNS: `celery -A tests.flow worker`.

One line a run: the event's id, and whether the broker had given the message to a worker before. For an event of SLOW
the task takes SECONDS, and notes its end as well.
"""

import os
import sys
import time
from pathlib import Path
from typing import Any

from celery import current_task
from celery.signals import celeryd_after_setup

from config.celery import app

__all__ = ["app"]
RUNS = Path(os.environ["RUNS"])
SLOW = -1


def note_run(event_id: int) -> None:
    """In place of the service."""
    delivery: Any = current_task.request.delivery_info
    note(f"{event_id} {'again' if delivery['redelivered'] else 'first'}")
    if event_id == SLOW:
        time.sleep(float(os.environ["SECONDS"]))
        note(f"{event_id} done")


def note(line: str) -> None:
    with RUNS.open("a") as file:
        file.write(f"{line}\n")


@celeryd_after_setup.connect
def replace(**_kwargs: Any) -> None:
    """Before the children are forked, once the tasks are there."""
    task: Any = app.tasks["events.generate_event_ranking"]
    vars(sys.modules[task.__module__])["generate_event_ranking"] = note_run
