"""A worker as it stands whose retries wait one second and not ten: `celery -A tests.haste worker`."""

from typing import Any

from celery.signals import celeryd_after_setup

from config.celery import app

__all__ = ["app"]


@celeryd_after_setup.connect
def hurry(**_kwargs: Any) -> None:
    """Before the children are forked, once the tasks are there."""
    for task in app.tasks.values():
        task.default_retry_delay = 1
        if retry_kwargs := getattr(task, "retry_kwargs", None):
            retry_kwargs["countdown"] = 1
