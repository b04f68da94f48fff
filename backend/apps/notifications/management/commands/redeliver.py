"""manage.py redeliver: sends again what was given up."""

from argparse import ArgumentParser
from collections import Counter
from typing import Any

from django.core.management.base import BaseCommand

from apps.notifications.models import Announcement, Delivery
from apps.notifications.services import redeliver_failed_messages


class Command(BaseCommand):
    help = (
        "List messages to people that were given up, by channel and by what was answered last, or send them again. "
        "What does not hold any more is not sent."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--channel", metavar="NAME", help="only of this channel")
        parser.add_argument("--kind", choices=Announcement.Kind.values, help="only of this kind")
        parser.add_argument("--event", metavar="SLUG", help="only of this event")
        parser.add_argument("--answer", metavar="TEXT", help="only where the last answer contains this")
        parser.add_argument("--reason", metavar="TEXT", help="send them again; it stays on record")

    def handle(self, *args: Any, **options: Any) -> None:
        chosen = {
            "channel": options["channel"],
            "notification__announcement__kind": options["kind"],
            "notification__announcement__event__slug": options["event"],
            "reason__icontains": options["answer"],
        }
        failed = Delivery.objects.filter(
            state=Delivery.State.FAILED, **{lookup: value for lookup, value in chosen.items() if value is not None}
        )
        if options["reason"]:
            ids = list(failed.values_list("pk", flat=True))
            count = redeliver_failed_messages(ids, by=None, reason=options["reason"])
            self.stdout.write(f"{count} wait to be sent again")
            return
        groups = Counter(failed.order_by("pk").values_list("channel", "reason"))
        for (channel, reason), count in groups.most_common():
            self.stdout.write(f"{count} by {channel}: {reason}")
        self.stdout.write(f"given up: {groups.total()}{'; --reason sends them again' if groups else ''}")
