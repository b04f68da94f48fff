"""`manage.py run`: Placar with nothing else, for a first look and for development."""

import io
from argparse import ArgumentTypeError
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connections

from delivery.supervisor import PortTaken, Supervisor, address, answers, listen, make_children


class Command(BaseCommand):
    help = (
        "Serve Placar on this machine alone: web server, relay, worker and beat without a broker, on SQLite unless"
        " DATABASE_URL is set. An empty database is filled with a demo. Ctrl-C ends everything."
    )
    requires_migrations_checks = False

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--port", type=port_number, default=8000, help="of the web server (%(default)s; 0: any free one)"
        )

    def handle(self, *, port: int, **_options: Any) -> None:
        supervisor = Supervisor()
        try:
            listener = listen(port)
        except PortTaken as error:
            raise CommandError(str(error)) from None
        self.stdout.write("Preparing the database ...")
        call_command("migrate", verbosity=0)
        call_command("schedules", "load", settings.BASE_DIR / "schedules.json", stdout=io.StringIO())
        demo = io.StringIO()
        call_command("seed_demo", if_empty=True, stdout=demo)
        connections.close_all()
        url = address(listener)

        def say_where() -> None:
            self.stdout.write(f"\nPlacar is at {url}\n{demo.getvalue()}Ctrl-C ends it.\n")
            self.stdout.flush()

        children = make_children(listener, demo=bool(demo.getvalue()))
        if not supervisor.run(children, until_ready=lambda: answers(url), when_ready=say_where):
            raise CommandError("Placar could not start; the reason is above")
        self.stdout.write("Placar has ended.")


def port_number(text: str) -> int:
    """A TCP port from the command line."""
    if not text.isdecimal() or int(text) > 65535:
        raise ArgumentTypeError(f"{text!r} is not a port (0 to 65535)")
    return int(text)
