"""manage.py explain_ranking SLUG --bib B: tells in words why an entry has its place."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.events.explanation import explain_place
from apps.events.management.refusals import find_event
from apps.events.models import Entry


class Command(BaseCommand):
    help = "Tell in words why an entry has its place: its scores, what counts, who is next to it, what broke a tie."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug", metavar="SLUG")
        parser.add_argument("--bib", required=True, metavar="B", help="of the entry")
        parser.add_argument("--live", action="store_true", help="of all scores, also of those that a freeze hides")

    def handle(self, *args: Any, **options: Any) -> None:
        event = find_event(options["slug"])
        entry = Entry.objects.select_related("participant").filter(event=event, bib=options["bib"]).first()
        if entry is None:
            raise CommandError(f"--bib: there is no entry with bib {options['bib']!r}")
        ranking = event.current_ranking if options["live"] else event.public_ranking
        if ranking is None:
            raise CommandError(f"{event.slug} has no ranking yet; ask for it with generate_ranking")
        for line in explain_place(event, ranking, entry):
            self.stdout.write(line)
