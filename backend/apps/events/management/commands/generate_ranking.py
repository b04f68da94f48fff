"""manage.py generate_ranking SLUG: asks for the ranking of an event."""

import time
import uuid
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.events.management.refusals import find_event, told_as_command_error
from apps.events.services import request_event_ranking
from delivery.ledger import TaskState, task_state

POLL_SECONDS = 0.2
HINT_AFTER_SECONDS = 10
HINTS = {
    "waiting": "it was not sent to the broker yet: does `manage.py relay` (or `manage.py run`) run?",
    "sent": "no worker has taken it yet: does a worker of the queue `events` run?",
    "running": "a worker is at it",
}


class Command(BaseCommand):
    help = "Ask for the ranking of an event; a worker computes it. Prints the task's id, or with --wait the revision."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug", metavar="SLUG")
        parser.add_argument("--wait", action="store_true", help="return when it is done; end with 1 if it failed")
        parser.add_argument("--timeout", type=float, metavar="SECONDS", help="with --wait: give up after so long")

    def handle(self, *args: Any, **options: Any) -> None:
        event = find_event(options["slug"])
        with told_as_command_error():
            task_id = request_event_ranking(event.pk)
        if not options["wait"]:
            self.stdout.write(str(task_id))
            return
        task = self._wait(task_id, options["timeout"])
        if task.state == "failed":
            raise CommandError(f"task {task_id} failed: {task.reason}")
        revision = task.result["revision"]
        self.stdout.write(f"{event.slug}: revision {revision}" + ("" if task.result["is_new"] else ", unchanged"))

    def _wait(self, task_id: uuid.UUID, timeout: float | None) -> TaskState:
        started = time.monotonic()
        hinted = ""
        while (task := task_state(task_id)).state not in ("succeeded", "failed"):
            waited = time.monotonic() - started
            why = f"{HINTS[task.state]}" + (f" ({task.reason})" if task.reason else "")
            if timeout is not None and waited >= timeout:
                raise CommandError(f"task {task_id} is not done after {timeout:g} s; {why}")
            if waited >= HINT_AFTER_SECONDS and why != hinted:
                self.stderr.write(f"still waiting for task {task_id}: {why}")
                hinted = why
            time.sleep(POLL_SECONDS)
        return task
