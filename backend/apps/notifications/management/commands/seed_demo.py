"""manage.py seed_demo: fills an empty database with a season to look at."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from apps.errors import Refused
from apps.notifications.demo.load import ORGANISER, PASSWORD, RUNNER, STAFF, is_loaded, is_pristine, load_demo
from apps.notifications.demo.publish import publish_demo


class Command(BaseCommand):
    help = (
        "Write a demo into an empty database: users, a season of three races, a live event and an upcoming one. "
        "Called again it changes nothing. A worker computes the rankings; --publish waits for them."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--publish", action="store_true", help="publish the demo's races once a worker ranked them")
        parser.add_argument("--timeout", type=float, default=120, metavar="SECONDS", help="of --publish (%(default)g)")
        used = parser.add_mutually_exclusive_group()
        used.add_argument(
            "--force",
            action="store_true",
            help="also where there are users or events already. The demo's users have a password that everybody knows",
        )
        used.add_argument(
            "--if-empty",
            action="store_true",
            help="do nothing, and say nothing, where there are users or events already",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["publish"]:
            self._publish(options["timeout"])
        elif is_loaded():
            if not options["if_empty"]:
                self.stdout.write("The demo is there already; nothing was changed.")
            self._tell_logins()
        elif options["force"] or is_pristine():
            self._load()
            self._tell_logins()
        elif not options["if_empty"]:
            raise CommandError(
                "this database has users or events already, and the demo's users have a password that everybody "
                "knows; nothing was written (--force writes it all the same)"
            )

    def _load(self) -> None:
        try:
            load_demo(timezone.now())
        except Refused as refusal:
            raise CommandError(f"nothing was written: {refusal}") from refusal

    def _tell_logins(self) -> None:
        self.stdout.write(f"Demo logins: {STAFF} (staff), {ORGANISER}, {RUNNER}; password: {PASSWORD}")

    def _publish(self, timeout: float) -> None:
        try:
            published = publish_demo(timeout=timeout)
        except Refused as refusal:
            raise CommandError(
                f"{refusal}; do `manage.py relay` and a worker of the queue `events` (or `manage.py run`) run?"
            ) from refusal
        self.stdout.write(f"Published: {', '.join(event.slug for event in published) or 'nothing was waiting'}")
