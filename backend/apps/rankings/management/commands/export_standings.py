"""manage.py export_standings SLUG: writes the standings of a season to standard output."""

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from apps.events.management.refusals import told_as_command_error
from apps.rankings.exports import iter_csv
from apps.rankings.management.lookups import find_revision, find_season


class Command(BaseCommand):
    help = "Write the standings of a season as CSV: all divisions, overall first, unless one is named."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug", metavar="SLUG")
        parser.add_argument("--division", metavar="D", help="overall, or dimension and value as in sex:F")
        parser.add_argument("--revision", type=int, metavar="N", help="the current one unless told")

    def handle(self, *args: Any, **options: Any) -> None:
        standings = find_revision(find_season(options["slug"]), options["revision"])
        with told_as_command_error():
            lines = iter_csv(standings, options["division"])
        try:
            for line in lines:
                self.stdout.write(line)
            self.stdout.flush()
        except BrokenPipeError:
            sys.exit(1)  # the reader has enough, as `head` does
