"""Placar's worker with the workload in its tasks: `celery -A tests.chaos.chained_worker worker`."""

from typing import Any

from celery.signals import celeryd_after_setup

from config.celery import app
from tests.chaos.replaced import replace_services
from tests.chaos.workload import DOOMED, LINKS, TICK

__all__ = ["app"]


@celeryd_after_setup.connect
def replace(**_kwargs: Any) -> None:
    # Django is set up by now.
    from tests.chaos.chained import die, go_on, go_on_and_tell, tick

    *links, last = (name for name, _ in LINKS)
    ways = dict.fromkeys(links, go_on) | {last: go_on_and_tell}
    replace_services(app, ways | {TICK[0]: tick, DOOMED[0]: die})
