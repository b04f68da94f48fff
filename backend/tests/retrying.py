"""A worker with a task of its own, which fails and retries as the environment says: `celery -A tests.retrying worker`.

Each try writes a line with its time into the file of the variable TRIES.
"""

import json
import os
import time
from pathlib import Path

from config.celery import app

__all__ = ["app"]


@app.task(
    bind=True,
    name="events.try_again",
    autoretry_for=(Exception,),
    retry_kwargs={"max_retries": 3, "countdown": float(os.environ.get("COUNTDOWN", "10"))},
    retry_backoff=int(os.environ["BACKOFF"]),
    retry_backoff_max=int(os.environ.get("BACKOFF_MAX", "600")),
    retry_jitter=os.environ["JITTER"] == "yes",
)
def try_again(self: object, event_id: int) -> None:
    with Path(os.environ["TRIES"]).open("a") as tries:
        tries.write(f"{json.dumps([event_id, time.time()])}\n")
    raise RuntimeError("sabotaged")
