"""A worker whose ranking task fails and retries as the environment says: `celery -A tests.retrying worker`.

Each try writes a line with its time into the file of the variable TRIES.
"""

import json
import os
import sys
import time
from pathlib import Path
from typing import Any

from celery.app.autoretry import add_autoretry_behaviour
from celery.signals import celeryd_after_setup

from config.celery import app

__all__ = ["app"]


def fail(event_id: int) -> None:
    """In place of the service."""
    with Path(os.environ["TRIES"]).open("a") as tries:
        tries.write(f"{json.dumps([event_id, time.time()])}\n")
    raise RuntimeError("sabotaged")


@celeryd_after_setup.connect
def state_retries(**_kwargs: Any) -> None:
    """As @shared_task does with what the task states. Before the children are forked, once the tasks are there."""
    task: Any = app.tasks["events.generate_event_ranking"]
    vars(sys.modules[task.__module__])["generate_event_ranking"] = fail
    task.run = task.__dict__.pop("_orig_run")
    add_autoretry_behaviour(
        task,
        autoretry_for=(Exception,),
        retry_kwargs={"max_retries": 3, "countdown": float(os.environ.get("COUNTDOWN", "10"))},
        retry_backoff=int(os.environ["BACKOFF"]),
        retry_backoff_max=int(os.environ.get("BACKOFF_MAX", "600")),
        retry_jitter=os.environ["JITTER"] == "yes",
    )
