"""`manage.py message_contracts`: whether messages under way survive the code as it is now."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from delivery.broker import BrokerUnavailable
from delivery.contracts.breaks import find_breaks
from delivery.contracts.current import current_contracts
from delivery.contracts.document import (
    CannotReadContracts,
    Contracts,
    contracts_file,
    read_contracts,
    write_contracts,
)
from delivery.contracts.leftovers import find_leftovers
from delivery.contracts.renewal import RenewalRefused, renew, retire
from delivery.contracts.schedules import refused_schedules
from delivery.schedule_document import CannotRead, read_documents

# Longer than a task waits, is tried again or is looked at as a dead letter, in most deployments.
DAYS = 30


class Command(BaseCommand):
    help = (
        "Compare message_contracts.json with the code: names and arguments of tasks, queues, the form of messages and"
        " the tables that two releases share. Exits with 1 if a message that is under way would not survive."
    )
    # What is wrong with a contract may keep Django's other checks from passing; they have a command of their own.
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        actions = parser.add_subparsers(dest="action", metavar="[check|write|retire|waiting]")
        actions.add_parser("check", help="change nothing (the default)")
        actions.add_parser("write", help="bring the file up to date; refused where something would break")
        retiring = actions.add_parser("retire", help="note that something is not sent any more, and when it may go")
        retiring.add_argument("name", help='a task, TASK.ARGUMENT, "queue NAME", or TABLE.COLUMN')
        retiring.add_argument(
            "--days", type=int, default=DAYS, help="until the code that takes it may go (%(default)s)"
        )
        retiring.add_argument("--reason", required=True, metavar="TEXT", help="why, for who reads the file")
        actions.add_parser("waiting", help="what of the retired this deployment still has; exit 1 if there is any")

    def handle(self, *, action: str | None, **options: Any) -> None:
        try:
            before = read_contracts(contracts_file())
        except CannotReadContracts as error:
            raise CommandError(str(error)) from error
        now = current_contracts(before.retired)
        if action == "waiting":
            self._tell_waiting(before)
        elif action in ("write", "retire"):
            self._change(before, now, options if action == "retire" else None)
        else:
            self._check(before, now)

    def _check(self, before: Contracts, now: Contracts) -> None:
        problems = [str(one) for one in find_breaks(before, now, timezone.localdate())]
        problems += self._refused_schedules(now)
        if problems:
            counted = f"{len(problems)} changes that messages under way would not survive (docs/message-contracts.md)"
            raise CommandError("\n".join([counted, *problems]))
        renewed = renew(before, now, timezone.localdate())
        # Notes that have only expired stay until something is written: no check may fail because a day has come.
        if renewed.model_copy(update={"retired": before.retired}) != before:
            raise CommandError(
                f"{contracts_file().name} is not up to date, and nothing breaks: `manage.py message_contracts write`"
            )

    def _refused_schedules(self, contracts: Contracts) -> list[str]:
        file = settings.BASE_DIR / "schedules.json"
        try:
            return list(refused_schedules(read_documents(file.read_text(encoding="utf-8")), contracts))
        except (OSError, CannotRead) as error:
            raise CommandError(f"{file}: {error}") from error

    def _change(self, before: Contracts, now: Contracts, retiring: dict[str, Any] | None) -> None:
        today = timezone.localdate()
        try:
            if retiring is None:
                after = renew(before, now, today)
            else:
                name, days, reason = (retiring[key] for key in ("name", "days", "reason"))
                after = retire(before, now, name, today=today, days=days, reason=reason)
        except RenewalRefused as refusal:
            raise CommandError(f"nothing was written\n{refusal}") from refusal
        write_contracts(after, contracts_file())
        self.stdout.write(f"wrote {contracts_file().name}" if after != before else "nothing had to change")

    def _tell_waiting(self, contracts: Contracts) -> None:
        for name, retired in contracts.retired.items():
            self.stdout.write(f"{name}: may go from {retired.may_go} on ({retired.reason})")
        try:
            leftovers = find_leftovers(contracts)
        except BrokerUnavailable as error:
            raise CommandError(f"what waits at the broker is not known: {error}") from error
        if leftovers:
            raise CommandError("\n".join(["still about, so the code that takes it must stay", *map(str, leftovers)]))
        self.stdout.write("nothing of it is left" if contracts.retired else "nothing is retired")
