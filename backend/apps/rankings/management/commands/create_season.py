"""manage.py create_season SLUG --name NAME --rules FILE --events EVENT...: makes a season."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction

from apps.events.management.inputs import find_user, read_json
from apps.events.management.refusals import told_as_command_error
from apps.events.models import Event
from apps.rankings.management.lookups import TERMS_HELP, read_event
from apps.rankings.services import create_season, set_season_events


class Command(BaseCommand):
    help = "Create a season with the rules in a JSON file and its events. A worker computes the standings."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug", metavar="SLUG", help="the season's name in addresses and commands")
        parser.add_argument("--name", required=True, help="the season's name for people")
        parser.add_argument(
            "--rules",
            required=True,
            metavar="FILE",
            help="path of the JSON file, - for standard input; see docs/rules/",
        )
        parser.add_argument("--events", nargs="*", default=[], metavar="EVENT", help=TERMS_HELP)
        parser.add_argument("--owner", metavar="USERNAME", help="the organiser who may manage it, besides the staff")
        parser.add_argument(
            "--visibility", default=Event.Visibility.PUBLIC.value, choices=Event.Visibility.values, help="(%(default)s)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        rules = read_json(options["rules"], option="--rules")
        owner = find_user(options["owner"], option="--owner") if options["owner"] else None
        with told_as_command_error(), transaction.atomic():
            season = create_season(
                slug=options["slug"],
                name=options["name"],
                rules=rules,
                owner=owner,
                visibility=options["visibility"],
            )
            set_season_events(season.pk, events=[read_event(text) for text in options["events"]])
        self.stdout.write(f"{season.slug}: created with {len(options['events'])} events")
