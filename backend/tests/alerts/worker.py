"""Placar's worker with that work in its tasks: `celery -A tests.alerts.worker worker`."""

from typing import Any

from celery.signals import celeryd_after_setup

from config.celery import app
from tests.chaos.replaced import replace_services
from tests.chaos.workload import DOOMED, LINKS, TICK

__all__ = ["app"]


@celeryd_after_setup.connect
def replace(**_kwargs: Any) -> None:
    # Django is set up by now.
    from tests.alerts.work import die, do_nothing, take_a_while

    ways = dict.fromkeys((name for name, _ in LINKS), take_a_while)
    replace_services(app, ways | {TICK[0]: do_nothing, DOOMED[0]: die})
