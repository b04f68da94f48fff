"""`manage.py hold`: keeps work from running for a time, and lets it go on."""

from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from delivery.command_line import argument_with_value, duration, operator
from delivery.held import active_holds
from delivery.holds import HoldRefused, count_waiting, describe_time, hold_work, release_hold
from delivery.models import Hold


class Command(BaseCommand):
    help = (
        "Hold a queue, a task name, or tasks with an argument; list what is held; release it. Once a hold is made none"
        " of its tasks starts; what runs goes on. Once it is released they go out in the order of asking."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        acts = parser.add_subparsers(dest="act", required=True, metavar="queue|task|argument|list|release")
        queue = acts.add_parser("queue", help="hold all tasks of a queue")
        queue.add_argument("queue", metavar="NAME")
        task = acts.add_parser("task", help="hold all tasks of a name")
        task.add_argument("task_name", metavar="NAME")
        argument = acts.add_parser("argument", help="hold tasks whose argument has this value")
        argument.add_argument("argument", type=argument_with_value, metavar="NAME=VALUE", help="the value is JSON")
        argument.add_argument("--task", dest="task_name", default="", metavar="NAME", help="of this name only")
        acts.add_parser("list", help="list the holds in force")
        release = acts.add_parser("release", help="end a hold")
        release.add_argument("hold_id", type=int, metavar="ID")
        for act in (queue, task, argument):
            act.add_argument("--for", dest="length", type=duration, metavar="2h", help="90s, 15m, 2h, 3d; else no end")
        for act in (queue, task, argument, release):
            act.add_argument("--reason", required=True, metavar="TEXT", help="why, for the record")

    def handle(self, *, act: str, **options: Any) -> None:
        try:
            if act == "list":
                self._list()
            elif act == "release":
                self._release(options["hold_id"], options["reason"])
            else:
                self._hold(**options)
        except HoldRefused as refusal:
            raise CommandError(str(refusal)) from refusal

    def _hold(
        self,
        *,
        reason: str,
        length: timedelta | None,
        queue: str = "",
        task_name: str = "",
        argument: tuple[str, Any] = ("", None),
        **_options: Any,
    ) -> None:
        hold = hold_work(
            queue=queue,
            task_name=task_name,
            argument=argument[0],
            value=argument[1],
            until=timezone.now() + length if length else None,
            reason=reason,
            who=operator(),
        )
        self.stdout.write(describe(hold))

    def _list(self) -> None:
        holds = active_holds()
        for hold in holds:
            self.stdout.write(describe(hold))
        if not holds:
            self.stdout.write("nothing is held")

    def _release(self, hold_id: int, reason: str) -> None:
        hold = release_hold(hold_id, reason=reason, who=operator())
        self.stdout.write(f"released: {hold}")


def describe(hold: Hold) -> str:
    """A hold in one line."""
    end = f"until {describe_time(hold.until)}" if hold.until else "until it is released"
    since = f"by {hold.created_by} since {describe_time(hold.created_at)}"
    return f"hold {hold.pk}: {hold}, {end}, {since}: {hold.reason} ({count_waiting(hold)} waiting)"
