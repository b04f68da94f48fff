"""A worker whose ranking task fails as the variable SABOTAGE says: `celery -A tests.sabotage worker`."""

import os
import signal
import sys
import time
from typing import Any

from celery.signals import celeryd_after_setup

from config.celery import app

__all__ = ["app"]
HOW = os.environ["SABOTAGE"]


def fail(_event_id: Any) -> None:
    """In place of the service."""
    if HOW == "memory":
        raise MemoryError
    if HOW == "kill_child":
        os.kill(os.getpid(), signal.SIGKILL)
    if HOW == "kill_worker":
        os.killpg(os.getpgrp(), signal.SIGKILL)
    if HOW == "sleep":
        time.sleep(60)
    raise RuntimeError("sabotaged")


@celeryd_after_setup.connect
def sabotage(**_kwargs: Any) -> None:
    """Before the children are forked, once the tasks are there."""
    task: Any = app.tasks["events.generate_event_ranking"]
    vars(sys.modules[task.__module__])["generate_event_ranking"] = fail
    # Without the retries of the convention, for which each test would wait half a minute.
    task.run, task.max_retries = task._orig_run, 0
