"""manage.py create_event SLUG --name NAME --rules FILE: makes an event."""

from argparse import ArgumentParser, ArgumentTypeError
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction
from django.utils.dateparse import parse_datetime

from apps.events.management.inputs import find_user, read_json
from apps.events.management.refusals import told_as_command_error
from apps.events.models import Event
from apps.events.services import change_event_state, create_event


class Command(BaseCommand):
    help = "Create an event with the rules in a JSON file; it is a draft unless it is opened."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug", metavar="SLUG", help="the event's name in addresses and commands")
        parser.add_argument("--name", required=True, help="the event's name for people")
        parser.add_argument(
            "--rules",
            required=True,
            metavar="FILE",
            help="path of the JSON file, - for standard input. "
            "metric: points, duration, distance, count, penalty_contest; direction: high, low; the rest has defaults "
            "and stands in docs/rules/, with examples",
        )
        parser.add_argument("--open", action="store_true", help="open it for scores at once")
        parser.add_argument("--owner", metavar="USERNAME", help="the organiser who may manage it, besides the staff")
        parser.add_argument(
            "--visibility", default=Event.Visibility.PUBLIC.value, choices=Event.Visibility.values, help="(%(default)s)"
        )
        parser.add_argument("--starts-at", type=_moment, metavar="TIME", help="as 2026-05-17T09:00:00Z")
        parser.add_argument("--ends-at", type=_moment, metavar="TIME")
        parser.add_argument(
            "--freeze-at", type=_moment, metavar="TIME", help="scores achieved from then on are pending until the thaw"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        rules = read_json(options["rules"], option="--rules")
        owner = find_user(options["owner"], option="--owner") if options["owner"] else None
        with told_as_command_error(), transaction.atomic():
            event = create_event(
                slug=options["slug"],
                name=options["name"],
                rules=rules,
                owner=owner,
                visibility=options["visibility"],
                starts_at=options["starts_at"],
                ends_at=options["ends_at"],
                freeze_at=options["freeze_at"],
            )
            if options["open"]:
                event = change_event_state(event.pk, action="open", by=owner)
        self.stdout.write(f"{event.slug}: created, {event.state}")


def _moment(text: str) -> datetime:
    moment = parse_datetime(text)
    if moment is None or moment.tzinfo is None:
        raise ArgumentTypeError("a moment is written with its offset from UTC, as in 2026-05-17T09:00:00Z")
    return moment
