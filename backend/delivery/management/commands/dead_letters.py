"""`manage.py dead_letters`: why tasks were given up, and what becomes of them."""

import json
import sys
import time
import uuid
from argparse import ArgumentParser, ArgumentTypeError
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from delivery.command_line import argument_with_value, duration, operator
from delivery.dead_letters import (
    ActRefused,
    Selector,
    discard_dead_letters,
    kinds,
    replay_dead_letters,
    require_waiting,
)
from delivery.holds import describe_time
from delivery.ledger import TaskState, task_state
from delivery.models import DeadLetter, OutboxMessage

# A task that fails is tried for half a minute, and may wait for a worker before.
CANARY_SECONDS = 300
LOOK_SECONDS = 0.2
EPILOG = "Without ids or a filter, replay and discard want --all. See docs/runbook.md."


class Command(BaseCommand):
    help = (
        "List the tasks that were given up, show why, replay them, or discard them. Not of `manage.py run`: its broker"
        " keeps none: there they are failed results in the admin."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        acts = parser.add_subparsers(dest="act", required=True, metavar="list|show|replay|discard")
        listing = acts.add_parser("list", help="list what waits for a decision, grouped by kind of failure")
        listing.add_argument("--each", action="store_true", help="a line for each dead letter instead")
        show = acts.add_parser("show", help="everything about one: arguments, exception, traceback")
        show.add_argument("letter_id", type=int, metavar="ID")
        replay = acts.add_parser("replay", help="ask for the tasks anew, one of them first", epilog=EPILOG)
        replay.add_argument("--rate", type=rate, metavar="N", help="so many a second; else as fast as they go")
        replay.add_argument(
            "--no-canary", action="store_true", help="all at once: do not wait whether the first one dies again"
        )
        discard = acts.add_parser("discard", help="keep them as the record, but never try them again", epilog=EPILOG)
        for act in (listing, replay, discard):
            add_filters(act)
        for act in (replay, discard):
            act.add_argument("--all", action="store_true", help="every one that waits")
            act.add_argument("--dry-run", action="store_true", help="only say what would be done")
            act.add_argument("--yes", action="store_true", help="do not ask")
            act.add_argument("--reason", default="", metavar="TEXT", help="why, for the record (needed)")

    def handle(self, *, act: str, **options: Any) -> None:
        try:
            if act == "show":
                self._show(options["letter_id"])
            elif act == "list":
                self._list(selector_of(options), each=options["each"])
            else:
                self._decide(act, selector_of(options), options)
        except ActRefused as refusal:
            raise CommandError(str(refusal)) from refusal

    def _list(self, selector: Selector, *, each: bool) -> None:
        letters = selector.waiting()
        if each:
            for letter in letters.defer("body", "headers", "traceback").iterator():
                self.stdout.write(describe(letter))
        else:
            for kind in kinds(letters):
                self.stdout.write(describe_kind(kind))
        of_all = "" if selector == Selector() else f" of {Selector().waiting().count()}"
        self.stdout.write(f"waiting for a decision: {letters.count()}{of_all}")

    def _show(self, letter_id: int) -> None:
        letter = DeadLetter.objects.filter(pk=letter_id).first()
        if letter is None:
            raise CommandError(f"there is no dead letter {letter_id}")
        lines = {
            "dead letter": f"{letter.pk}, {letter.state}",
            "task": f"{letter.task_name} {letter.task_id}",
            "arguments": json.dumps(letter.kwargs),
            "queue": letter.queue,
            "died": f"{describe_time(letter.died_at)} ({letter.cause})",
            "exception": f"{letter.exception_type}: {letter.exception_message}".removeprefix(": "),
            "kind": letter.fingerprint,
            "replay of": replay_of(letter),
            "replayed as": letter.replayed_as,
        }
        for name, value in lines.items():
            if value is not None:
                self.stdout.write(f"{name + ':':<13} {value}")
        if letter.kwargs is None:
            self.stdout.write(f"{'message:':<13} {bytes(letter.body[:2000])!r}")
        self.stdout.write(f"\n{letter.traceback}" if letter.traceback else "")

    def _decide(self, act: str, selector: Selector, options: dict[str, Any]) -> None:
        if selector == Selector() and not options["all"]:
            raise CommandError("name ids or a filter, or all of them by --all")
        require_waiting(selector)
        count = selector.waiting().count()
        if options["dry_run"]:
            self._list(selector, each=False)
            self.stdout.write(f"dry run: {act} would concern these {count}")
            return
        if not options["reason"].strip():
            raise CommandError("--reason: must say why")
        self._confirm(f"{act} {count} dead letters", yes=options["yes"])
        if act == "discard":
            done = discard_dead_letters(selector, who=operator(), reason=options["reason"])
            self.stdout.write(f"discarded: {done}")
        else:
            self._replay(selector, count, options)

    def _replay(self, selector: Selector, count: int, options: dict[str, Any]) -> None:
        who, reason = operator(), options["reason"]
        if count > 1 and not options["no_canary"]:
            (canary,) = replay_dead_letters(selector, who=who, reason=f"{reason} (canary)", at_most=1)
            self.stdout.write(f"canary {canary}: waiting for it to end, {CANARY_SECONDS} s at most ...")
            try:
                state = await_end(canary)
            except KeyboardInterrupt:
                raise CommandError(
                    f"stopped; the canary goes on by itself, the other {count - 1} wait as before"
                ) from None
            if state.state != "succeeded":
                raise CommandError(
                    f"the canary {state.state}: {state.reason or 'no result yet'}; the other {count - 1} wait as before"
                )
        done = replay_dead_letters(selector, who=who, reason=reason, per_second=options["rate"])
        pace = f", {options['rate']:g} a second" if options["rate"] else ""
        self.stdout.write(f"replayed: {len(done)}{pace}")

    def _confirm(self, what: str, *, yes: bool) -> None:
        if yes:
            return
        if not sys.stdin.isatty():
            raise CommandError(f"{what}: not done; --yes says that it is meant where nobody can be asked")
        if input(f"{what}? [y/N] ").strip().lower() not in ("y", "yes"):
            raise CommandError("nothing was done")


def add_filters(parser: ArgumentParser) -> None:
    """Which dead letters are meant: those that meet everything that is given."""
    parser.add_argument("ids", nargs="*", type=int, metavar="ID")
    parser.add_argument("--task", dest="task_name", default="", metavar="NAME", help="as events.import_scores")
    parser.add_argument("--queue", default="", metavar="NAME", help="in which it was given up")
    parser.add_argument("--kind", dest="fingerprint", default="", metavar="HEX", help="of failure, as list shows it")
    parser.add_argument("--older-than", type=duration, metavar="2h", help="died longer ago than 90s, 15m, 2h, 3d")
    parser.add_argument("--argument", type=argument_with_value, metavar="NAME=VALUE", help="as event_id=42; JSON")


def selector_of(options: dict[str, Any]) -> Selector:
    """What the command line names."""
    return Selector(
        ids=tuple(options["ids"]),
        **{name: options[name] for name in ("task_name", "queue", "fingerprint", "older_than", "argument")},
    )


def replay_of(letter: DeadLetter) -> str | None:
    """The task that this one was to replay."""
    message = OutboxMessage.objects.filter(task_id=letter.task_id).first() if letter.kwargs is not None else None
    return str(message.replays) if message is not None and message.replays else None


def rate(text: str) -> float:
    """An argparse type: a number above 0."""
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value < float("inf"):
        raise ArgumentTypeError(f"{text!r} is not a number above 0")
    return value


def await_end(task_id: uuid.UUID) -> TaskState:
    """The task's state once it has succeeded or failed, or after CANARY_SECONDS whatever it is then."""
    deadline = time.monotonic() + CANARY_SECONDS
    while (state := task_state(task_id)).state not in ("succeeded", "failed") and time.monotonic() < deadline:
        time.sleep(LOOK_SECONDS)
    return state


def describe(letter: DeadLetter) -> str:
    """A dead letter in one line."""
    exception = letter.exception_type or letter.cause
    arguments = json.dumps(letter.kwargs)
    return f"{letter.pk:>7}  {letter.fingerprint}  {describe_time(letter.died_at)}  {letter}  {arguments}  {exception}"


def describe_kind(kind: dict[str, Any]) -> str:
    """A kind of failure in one line."""
    name = kind["task_name"] or "unreadable message"
    what = kind["exception_type"] or kind["cause"]
    last = describe_time(kind["last"])
    return (
        f"{kind['count']:>7}  {kind['fingerprint']}  {name}  {what}  last {last}, as in dead letter {kind['example']}"
    )
