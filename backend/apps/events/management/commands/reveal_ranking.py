"""manage.py reveal_ranking SLUG: shows the public what a freeze has hidden, step by step or at once."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from apps.events.management.refusals import find_event, told_as_command_error
from apps.events.services import reveal_next, thaw_event


class Command(BaseCommand):
    help = (
        "Show the next step of what a freeze has hidden: what is pending of the lowest line of the public's board, "
        "in a penalty contest its first problem. Refused while the ranking of the step before is not there yet."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug", metavar="SLUG")
        how_far = parser.add_mutually_exclusive_group()
        how_far.add_argument("--steps", type=int, default=1, metavar="N", help="so many steps at once (%(default)s)")
        how_far.add_argument("--all", action="store_true", help="thaw: show all that is left, in no order")

    def handle(self, *args: Any, **options: Any) -> None:
        event = find_event(options["slug"])
        with told_as_command_error():
            if options["all"]:
                thaw_event(event.pk, by=None)
                self.stdout.write(f"{event.slug}: thawed")
                return
            thaw = reveal_next(event.pk, by=None, steps=options["steps"])
        for shown in thaw.revealed:
            component = f", {shown.component}" if shown.component else ""
            self.stdout.write(f"step {shown.step}: {shown.bib} {shown.name}{component}")
        if thaw.is_thawed:
            self.stdout.write(f"{event.slug}: thawed, nothing is pending any more")
