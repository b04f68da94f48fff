"""The Celery application: `celery -A config worker`, `celery -A config beat`."""

import logging.config
import os
from typing import Any

from celery import Celery
from celery.signals import setup_logging

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("backend", task_cls="delivery.task:DeliveredTask")
app.config_from_object("django.conf:settings", namespace="CELERY")
# The class behind the setting django-db.
app.backend_cls = "delivery.results:ResultBackend"
app.autodiscover_tasks()


@setup_logging.connect
def use_django_logging(**_kwargs: Any) -> None:
    """Send the logs of worker and beat through Django's LOGGING.

    A receiver of this signal keeps Celery from hijacking the root logger.
    """
    from django.conf import settings

    logging.config.dictConfig(settings.LOGGING)
