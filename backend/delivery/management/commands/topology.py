"""`manage.py topology`: prepares the broker."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from delivery.broker import BrokerUnavailable
from delivery.topology import declare_topology


class Command(BaseCommand):
    help = (
        "Declare the exchange, the queues with their bindings, and the delays in which retries wait."
        " Safe to run again, and beside running workers."
    )

    def handle(self, **_options: Any) -> None:
        try:
            queues = declare_topology()
        except BrokerUnavailable as error:
            raise CommandError(f"topology not declared: {error}") from error
        if queues:
            self.stdout.write(f"declared: {', '.join(queues)}, and the delays for retries")
        else:
            self.stdout.write("nothing to declare: this broker keeps its queues in memory")
