"""`manage.py await_ready`: lets what starts processes side by side start them in order."""

import time
from typing import Any

from django.core.management.base import BaseCommand

from delivery.health.readiness import find_missing

LOOK_SECONDS = 2.0


class Command(BaseCommand):
    help = (
        "Wait until database, migrations and topology are as this version wants them, as /health/ready asks for them,"
        " and end. Needs no broker: the topology is known from the database once `manage.py topology` has applied it."
    )

    def handle(self, **_options: Any) -> None:
        told: tuple[str, ...] = ()
        while missing := find_missing():
            if missing != told:
                self.stdout.write(f"waiting for: {', '.join(missing)}")
                told = missing
            time.sleep(LOOK_SECONDS)
        self.stdout.write("ready")
