"""manage.py explain_standings SLUG --participant P: tells in words why a participant stands where they do."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.events.models import Participant
from apps.events.result import OVERALL
from apps.rankings.explanations import explain
from apps.rankings.management.lookups import find_revision, find_season
from apps.rankings.models import Standings


class Command(BaseCommand):
    help = (
        "Tell in words why a participant has their place in a season: what each event gave, what counts, rulings, and "
        "what broke a tie."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug", metavar="SLUG")
        parser.add_argument("--participant", required=True, metavar="P", help="external id, or else the whole name")
        parser.add_argument("--division", default=OVERALL, metavar="D", help="as in sex:F (%(default)s)")
        parser.add_argument("--revision", type=int, metavar="N", help="the current one unless told")

    def handle(self, *args: Any, **options: Any) -> None:
        standings = find_revision(find_season(options["slug"]), options["revision"])
        told = False
        for participant_id in _find(standings, options["participant"]):
            for line in explain(standings, options["division"], participant_id):
                told = True
                self.stdout.write(line)
        if not told:
            raise CommandError(f"--participant: nobody called {options['participant']!r} is on that board")


def _find(standings: Standings, text: str) -> list[int]:
    """The participants of the season's events with this external id; if there is none, with this name."""
    people = Participant.objects.filter(entries__event__in=standings.event_ids).distinct().order_by("pk")
    found = list(people.filter(external_id=text).values_list("pk", flat=True))
    return found or list(people.filter(name=text).values_list("pk", flat=True))
