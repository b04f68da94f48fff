"""The same workload as Celery does it by default, to compare with: `celery -A tests.chaos.plain worker`.

Classic queues, acknowledged before the work, published without confirms by `.delay()` once the transaction has
committed. Retries as Placar's, so that what is lost is not lost for want of them.
"""

import os
import time
from typing import Any

from celery import Celery
from celery.signals import celeryd_after_setup
from django.db import transaction

from tests.chaos.effects import lengthen, note_run
from tests.chaos.replaced import replace_services
from tests.chaos.workload import LINKS, SLOW_SECONDS, chain_of, is_refused, is_slow, next_of, number_of, task_of

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("plain", broker=os.environ["CELERY_BROKER_URL"], backend="django-db")
app.autodiscover_tasks()


@celeryd_after_setup.connect
def replace(**_kwargs: Any) -> None:
    replace_services(app, {name: go_on for name, _ in LINKS})


def begin(chain: int) -> bool:
    """What the request does; returns whether it was taken."""
    with transaction.atomic():
        _send_on_commit(number_of(chain, 1))
        if is_refused(chain):
            transaction.set_rollback(True)
    return not is_refused(chain)


def go_on(number: int) -> None:
    """What each link does."""
    with transaction.atomic():
        note_run(str(number))
        lengthen(chain_of(number))
        if is_slow(number):
            time.sleep(SLOW_SECONDS)
        following = next_of(number)
        if following is not None:
            _send_on_commit(following)


def _send_on_commit(number: int) -> None:
    name, kwargs = task_of(number)
    app.loader.import_default_modules()  # in the web server; a worker has them
    transaction.on_commit(lambda: app.tasks[name].delay(**kwargs))
