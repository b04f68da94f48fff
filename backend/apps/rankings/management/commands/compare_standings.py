"""manage.py compare_standings SLUG BEFORE [AFTER]: says what differs between two revisions of a season's standings."""

from argparse import ArgumentParser
from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError

from apps.events.result import OVERALL
from apps.rankings.comparison import Place, compare
from apps.rankings.management.lookups import find_revision, find_season


class Command(BaseCommand):
    help = "Say who moved from one revision of a season's standings to a later one, from where to where, and why."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug", metavar="SLUG")
        parser.add_argument("before", type=int, metavar="BEFORE")
        parser.add_argument("after", type=int, nargs="?", metavar="AFTER", help="the current one unless told")
        parser.add_argument("--division", default=OVERALL, metavar="D", help="as in sex:F (%(default)s)")

    def handle(self, *args: Any, **options: Any) -> None:
        season = find_season(options["slug"])
        before, after = (find_revision(season, options[name]) for name in ("before", "after"))
        if before.revision > after.revision:
            raise CommandError("the revision before is the later one")
        # Whoever runs commands may see everything.
        changes = compare(season, User(is_staff=True), before, after, options["division"])
        self.stdout.write(f"{season.slug}: revision {before.revision} to {after.revision}, {options['division']}")
        for cause in changes.causes:
            self.stdout.write(f"  because {cause.text}")
        for move in changes.moves:
            self.stdout.write(f"{move.name}: {_told(move.before)} -> {_told(move.after)}")
        if not changes.moves:
            self.stdout.write("nobody's rank or total differs")


def _told(place: Place | None) -> str:
    if place is None:
        return "absent"
    return f"{'no rank' if place.rank is None else place.rank}, {place.total} points"
