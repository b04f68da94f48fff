"""`manage.py new_app NAME`: makes an app, its queue and its workers."""

from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from makers.app_maker import plan_app
from makers.refusal import Refused
from makers.telling import tell


class Command(BaseCommand):
    help = (
        "Make an app with services, tasks, models and migrations; its place in the settings and import contracts; its"
        " queue and the workers that consume it. Changes nothing if any of that is not possible."
    )
    # Half a change of the code must not keep the command from running that goes on with it.
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help="lower case words, as in prize_money: also the name of its queue")

    def handle(self, *, name: str, **_options: Any) -> None:
        try:
            plan = plan_app(Path(settings.BASE_DIR).parent, name, [one.label for one in apps.get_app_configs()])
            plan.write()
        except Refused as refusal:
            raise CommandError(f"nothing was changed: {refusal}") from refusal
        tell(self.stdout, plan)
        self.stdout.write(
            "It may import every app but notifications, which may import it (pyproject.toml, contract `apps`).\n"
            "Say in CHANGELOG that there is another queue: deployments give rights on it (docs/runbook/upgrades.md).\n"
            "Name it in README (The house), and its worker where people read of workers: docs/runbook.md,"
            " docs/runbook/first-deployment.md, docs/kubernetes.md.\n"
            f"Next: manage.py new_task {name}.ACTION --args THING_id:int"
        )
