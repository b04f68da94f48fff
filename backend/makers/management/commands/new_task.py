"""`manage.py new_task APP.ACTION --args event_id:int`: makes a task with its service and its test."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from makers.names import ID_TYPES, IDS_TYPES
from makers.refusal import Refused
from makers.task_maker import plan_task
from makers.telling import tell


class Command(BaseCommand):
    help = (
        "Make a task, the service that it calls (unless there is one of that name, which it calls then), its message"
        " contract and its test. Changes nothing if any of that is not possible."
    )
    # Half a change of the code must not keep the command from running that goes on with it.
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help="APP.ACTION, as in events.close_entries; the action is the service's name")
        types = ", ".join((*ID_TYPES, *IDS_TYPES))
        parser.add_argument(
            "--args",
            dest="arguments",  # Django takes `args` for its own
            nargs="*",
            default=[],
            metavar="NAME:TYPE",
            help=f"ids that it is asked for with; types: {types}",
        )

    def handle(self, *, name: str, arguments: list[str], **_options: Any) -> None:
        try:
            plan = plan_task(Path(settings.BASE_DIR).parent, name, arguments)
            plan.write()
        except Refused as refusal:
            raise CommandError(f"nothing was changed: {refusal}") from refusal
        tell(self.stdout, plan)
        app, _, action = name.partition(".")
        file = f"apps/{app}/services.py"
        is_written = f"backend/{file}" not in plan.changed
        told = (
            f"It calls {action} of {file}, which is there already" if is_written else f"Next: write {action} in {file}"
        )
        schedule = "" if arguments else ",\nor by a row of backend/schedules.json"
        self.stdout.write(
            f"{told}; its test is tests/integration/{app}/test_{action}.py.\n"
            f'Ask for it with enqueue("{name}", {{...}}) in the transaction that makes it necessary{schedule}.\n'
            "docs/guarantees.md says of every task's service why a second run changes nothing: give it a row."
        )
