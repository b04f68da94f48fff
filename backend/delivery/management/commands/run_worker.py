"""`manage.py run_worker`: the worker of the embedded mode, as a process of `manage.py run`."""

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from delivery.children import HOPELESS
from delivery.embedded import CannotEmbed, run_embedded_worker


class Command(BaseCommand):
    help = (
        "Relay, worker and beat in one process with CELERY_BROKER_URL=memory://, until stopped."
        " With a broker, run `manage.py relay`, `celery -A config worker` and `celery -A config beat` instead."
    )

    def handle(self, **_options: Any) -> None:
        try:
            sys.exit(run_embedded_worker())
        except CannotEmbed as error:
            raise CommandError(str(error), returncode=HOPELESS) from error
