"""`manage.py ledger`: the account of all tasks."""

from argparse import ArgumentTypeError
from datetime import datetime, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from delivery.accounts import account_by_state, find_unaccounted, find_unheard
from delivery.broker import BrokerUnavailable
from delivery.command_line import operator
from delivery.lost_letters import missing_letters, rebuild_letters
from delivery.models import OutboxMessage
from delivery.resending import ResendRefused, resend_tasks
from delivery.restoring import IDS_AHEAD, settle_restored

SINCE = {"waiting": "asked for", "sent": "asked for", "running": "started", "failed": "failed"}


class Command(BaseCommand):
    help = (
        "Show how many tasks are in which state, the age of the oldest, and which are unaccounted for: sent, not"
        " finished, and with no message left at the broker. Exits with 1 if there are any. `resend` sends them again,"
        " and makes anew the dead letters that the broker lost."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        acts = parser.add_subparsers(dest="act", metavar="[show|resend|restored]")
        acts.add_parser("show", help="show the account (the default)")
        resend = acts.add_parser("resend", help="send again, under their own ids, the tasks that are unaccounted for")
        resend.add_argument(
            "--unheard-for",
            type=_minutes,
            metavar="MINUTES",
            help="instead those that no worker has said a word of for so long, also where messages that wait may be"
            " theirs: a second message has no second effect",
        )
        restored = acts.add_parser(
            "restored",
            help="after the database was restored from a backup, while nothing else runs: empty the broker, send again"
            " all that is not finished, and give out no id that was lost",
        )
        for parser_of_act in (resend, restored):
            parser_of_act.add_argument("--reason", required=True, metavar="TEXT", help="why, for the record")

    def handle(
        self, *, act: str | None, reason: str = "", unheard_for: timedelta | None = None, **_options: Any
    ) -> None:
        if act == "resend":
            self._resend(reason, unheard_for)
        elif act == "restored":
            self._restored(reason)
        else:
            self._show()

    def _show(self) -> None:
        for account in account_by_state():
            oldest = f"   the oldest {SINCE[account.state]} {_age(account.oldest)} ago" if account.oldest else ""
            self.stdout.write(f"{account.state:<12}{account.count:>9}{oldest}")
        if lost := missing_letters().count():
            self.stdout.write(f"{'':<12}{lost:>9}   of these have no dead letter: `dead_letters` knows nothing of them")
        unaccounted = self._find()
        self.stdout.write(f"{'unaccounted':<12}{len(unaccounted):>9}")
        for message in unaccounted:
            since = f"asked for {_age(message.created_at)} ago"
            self.stdout.write(f"  {message.task_id} {message.task_name} {message.kwargs}, {since}")
        if unaccounted:
            raise CommandError("manage.py ledger resend --reason TEXT sends them again")

    def _resend(self, reason: str, unheard_for: timedelta | None) -> None:
        found = find_unheard(unheard_for) if unheard_for else self._find()
        try:
            count = resend_tasks(found, who=operator(), reason=reason)
        except ResendRefused as refusal:
            raise CommandError(str(refusal)) from refusal
        nothing = f"nothing was unheard of for {unheard_for}" if unheard_for else "nothing is unaccounted for"
        self.stdout.write(f"sent again: {count}" if count else nothing)
        if letters := rebuild_letters(who=operator(), reason=reason):
            self.stdout.write(f"dead letters made anew: {letters}")

    def _restored(self, reason: str) -> None:
        try:
            done = settle_restored(who=operator(), reason=reason)
        except (ResendRefused, BrokerUnavailable) as refusal:
            raise CommandError(f"nothing is settled: {refusal}") from refusal
        self.stdout.write(f"messages of the broker purged: {done.purged}")
        self.stdout.write(f"ids of {done.sequences} tables raised by {IDS_AHEAD}")
        self.stdout.write(f"dead letters made anew: {done.letters}")
        self.stdout.write(f"sent again: {done.sent_again}")

    def _find(self) -> list[OutboxMessage]:
        try:
            return find_unaccounted()
        except BrokerUnavailable as error:
            raise CommandError(f"what is unaccounted for is not known: {error}") from error


def _minutes(text: str) -> timedelta:
    """Whole minutes, one at least: in the first a worker may be between two steps."""
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 10**6:
        raise ArgumentTypeError(f"must be a number of minutes from 1, not {text!r}")
    return timedelta(minutes=int(text))


def _age(moment: datetime) -> timedelta:
    """In whole seconds; printed as "2 days, 3:04:05"."""
    return timedelta(seconds=int((timezone.now() - moment).total_seconds()))
