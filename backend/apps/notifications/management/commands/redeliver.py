"""manage.py redeliver: sends again what was given up, or skipped."""

from argparse import ArgumentParser
from collections import Counter
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.events.models import Event
from apps.notifications.channels import CHANNELS
from apps.notifications.models import Announcement, Delivery
from apps.notifications.services import redeliver_unsent_messages


class Command(BaseCommand):
    help = (
        "List messages to people that were given up or skipped, by channel and by the reason, or send them again. "
        "What does not hold any more is not sent."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--skipped", action="store_true", help="those that were skipped, instead of given up")
        parser.add_argument("--channel", choices=CHANNELS, help="only of this channel")
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
            state=Delivery.State.SKIPPED if options["skipped"] else Delivery.State.FAILED,
            **{lookup: value for lookup, value in chosen.items() if value is not None},
        )
        slug = options["event"]
        if slug is not None and not Event.objects.filter(slug=slug).exists():
            raise CommandError(f"there is no event {slug!r}")
        if options["reason"] is not None and not options["reason"].strip():
            raise CommandError("--reason: a reason is needed")
        if options["reason"]:
            ids = list(failed.values_list("pk", flat=True))
            count = redeliver_unsent_messages(ids, by=None, reason=options["reason"])
            self.stdout.write(f"{count} wait to be sent again")
            return
        groups = Counter(failed.order_by("pk").values_list("channel", "reason"))
        for (channel, reason), count in groups.most_common():
            self.stdout.write(f"{count} by {channel}: {reason}")
        what = "skipped" if options["skipped"] else "given up"
        self.stdout.write(f"{what}: {groups.total()}{'; --reason sends them again' if groups else ''}")
