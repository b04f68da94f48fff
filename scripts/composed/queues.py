"""The queues, and the services of docker-compose.prod.yml that consume them."""

import runpy
from pathlib import Path

_read_setting = runpy.run_path(str(Path(__file__).parents[2] / "deploy" / "make_secrets.py"))["read_setting"]
QUEUES: tuple[str, ...] = _read_setting("QUEUES")
WORKERS = tuple(
    "celery-worker"
    if queue == _read_setting("CELERY_TASK_DEFAULT_QUEUE")
    else f"celery-worker-{queue}".replace("_", "-")
    for queue in QUEUES
)
