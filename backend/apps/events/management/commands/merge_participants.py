"""manage.py merge_participants KEEP DROP --reason R: makes one participant of two that are the same."""

from argparse import ArgumentParser
from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError

from apps.events.management.refusals import told_as_command_error
from apps.events.services import merge_participants


class Command(BaseCommand):
    help = "Make one participant of two that are the same: the entries of DROP go to KEEP, in all events."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("keep", type=int, metavar="KEEP", help="id of the participant that stays")
        parser.add_argument("drop", type=int, metavar="DROP", help="id of the other one")
        parser.add_argument("--reason", required=True, metavar="R", help="stands in the trail of each event")
        parser.add_argument("--by", metavar="USER", help="whose name stands there")

    def handle(self, *args: Any, **options: Any) -> None:
        by = User.objects.filter(username=options["by"]).first() if options["by"] else None
        if options["by"] and by is None:
            raise CommandError(f"--by: there is no user {options['by']!r}")
        with told_as_command_error():
            kept = merge_participants(options["keep"], drop_id=options["drop"], reason=options["reason"], by=by)
        self.stdout.write(f"{kept.pk} {kept}: has the entries of {options['drop']} now")
