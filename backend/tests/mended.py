"""A worker whose ranking task fails until the file of MENDED is there: `celery -A tests.mended worker`.

It is tried once more after RETRY_SECONDS, or one, and then given up.
"""

import os
import sys
from pathlib import Path
from typing import Any

from celery.signals import celeryd_after_setup

from config.celery import app

__all__ = ["app"]
MENDED = Path(os.environ["MENDED"])
RETRY_SECONDS = int(os.environ.get("RETRY_SECONDS", "1"))


@celeryd_after_setup.connect
def replace(**_kwargs: Any) -> None:
    """Before the children are forked, once the tasks are there."""
    task: Any = app.tasks["events.generate_event_ranking"]
    module = vars(sys.modules[task.__module__])
    generate = module["generate_event_ranking"]

    def generate_once_mended(event_id: int) -> Any:
        if not MENDED.exists():
            raise RuntimeError("not mended yet")
        return generate(event_id)

    def run(event_id: int) -> Any:
        try:
            return task._orig_run(event_id)
        except RuntimeError as error:
            raise task.retry(exc=error, countdown=RETRY_SECONDS, max_retries=1) from error

    module["generate_event_ranking"] = generate_once_mended
    task.run = run
