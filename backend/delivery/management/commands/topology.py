"""`manage.py topology`: prepares the broker."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError

from delivery.applied_topology import note_applied
from delivery.broker import BrokerUnavailable, is_in_memory
from delivery.drift import apply_topology, find_drift
from delivery.queue_move import QueueInUse


class Command(BaseCommand):
    help = (
        "Prepare the broker: exchanges, queues with their dead-letter queues and policies, and the delays in which"
        " retries wait. Safe to run again, and beside running workers."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "action",
            nargs="?",
            choices=["plan", "apply", "check"],
            default="apply",
            help="plan: say what would change. apply (the default): change it. check: exit 1 if anything differs",
        )

    def handle(self, *, action: str, **_options: Any) -> None:
        if is_in_memory():
            self.stdout.write("nothing to declare: this broker keeps its queues in memory")
            return
        try:
            drift = apply_topology() if action == "apply" else find_drift()
        except (BrokerUnavailable, QueueInUse) as error:
            raise CommandError(f"topology {action}: {error}") from error
        for line in drift:
            self.stdout.write(line)
        if action == "check" and drift:
            raise CommandError(f"{len(drift)} differences; manage.py topology apply makes it right")
        if action == "apply":
            self._note()
            self.stdout.write(f"applied, {len(drift)} differences mended" if drift else "nothing had to change")
        elif not drift:
            self.stdout.write("the broker is as it should be")

    def _note(self) -> None:
        """What /health/ready asks for."""
        try:
            note_applied()
        except DatabaseError as error:
            text = (
                f"the broker has it, but that could not be noted: {error}; first `manage.py migrate`, then this again"
            )
            raise CommandError(text) from error
