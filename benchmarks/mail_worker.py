"""Placar's worker, which notes what it took: `celery -A benchmarks.mail_worker worker`."""

import benchmarks.worker_notes as worker_notes  # (notes what its children take)
from config.celery import app

__all__ = ["app", "worker_notes"]
