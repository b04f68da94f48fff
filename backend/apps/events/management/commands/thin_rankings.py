"""manage.py thin_rankings --older-than 30d --keep-every 10m: removes provisional revisions that nobody needs."""

import sys
from argparse import ArgumentParser
from collections.abc import Sequence
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from apps.events.corrections import check_reason
from apps.events.management.refusals import find_event, told_as_command_error
from apps.events.models import Event
from apps.events.page_store import count_octets
from apps.events.services import thin_rankings
from apps.events.thinning import Terms, removable
from delivery.command_line import duration, operator


class Command(BaseCommand):
    help = (
        "Remove, for good, provisional revisions of rankings that newer ones have replaced. What is current, was ever"
        " official, came after that, was told to people or gives a reason stays, and of the rest one of each stretch."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--event", metavar="SLUG", help="of this event alone")
        parser.add_argument("--older-than", type=duration, required=True, metavar="30d", help="90s, 15m, 2h or 3d")
        parser.add_argument("--keep-every", type=duration, required=True, metavar="10m", help="keep the last of each")
        parser.add_argument("--reason", default="", metavar="TEXT", help="why, for the record (needed)")
        parser.add_argument("--dry-run", action="store_true", help="only say what would be removed")
        parser.add_argument("--yes", action="store_true", help="do not ask")

    def handle(self, *args: Any, **options: Any) -> None:
        terms = Terms(timezone.now() - options["older_than"], options["keep_every"])
        opened = Event.objects.exclude(state=Event.State.DRAFT).order_by("pk")
        events = [find_event(options["event"])] if options["event"] else list(opened)
        if options["dry_run"]:
            self._look(events, terms)
            return
        with told_as_command_error():
            reason = check_reason(options["reason"])
            if not options["yes"]:
                _confirm(self._look(events, terms))
            self._remove(events, terms, reason)

    def _look(self, events: Sequence[Event], terms: Terms) -> int:
        """Tell what may go. Returns how many revisions."""
        total = 0
        for event in events:
            if found := removable(event, terms):
                self._tell(event, "may go", len(found), count_octets(found))
                total += len(found)
        self.stdout.write(f"may go: {total}")
        return total

    def _remove(self, events: Sequence[Event], terms: Terms, reason: str) -> None:
        total = 0
        for event in events:
            if done := thin_rankings(event.pk, terms=terms, who=operator(), reason=reason):
                self._tell(event, "removed", done.revisions, done.octets)
                total += done.revisions
        self.stdout.write(f"removed: {total}")

    def _tell(self, event: Event, what: str, revisions: int, octets: int) -> None:
        self.stdout.write(f"{event.slug}: {what}: {revisions} revisions, {octets / 1e6:.1f} MB")


def _confirm(count: int) -> None:
    """Raise CommandError unless somebody says that it is meant."""
    if not count:
        return
    if not sys.stdin.isatty():
        raise CommandError(f"remove {count} revisions: not done; --yes says that it is meant where nobody can be asked")
    if input(f"remove {count} revisions for good? [y/N] ").strip().lower() not in ("y", "yes"):
        raise CommandError("nothing was done")
