"""The queues, and the services of docker-compose.prod.yml that consume them."""

import runpy
from pathlib import Path

# By its path: the package around it wants Celery.
_NAMED = runpy.run_path(str(Path(__file__).parents[2] / "backend" / "config" / "queues.py"))
QUEUES: tuple[str, ...] = _NAMED["QUEUES"]
WORKERS = tuple(
    "celery-worker" if queue == _NAMED["DEFAULT_QUEUE"] else f"celery-worker-{queue}".replace("_", "-")
    for queue in QUEUES
)
