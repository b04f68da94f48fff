"""`manage.py dead_letters`: why tasks were given up, and what becomes of them."""

import os
import sys
import time
from argparse import ArgumentParser, ArgumentTypeError
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from delivery.command_line import argument_with_value, duration, operator
from delivery.dead_letter_text import count_of, describe, describe_kind, describe_replay, tell
from delivery.dead_letters import ActRefused, Selector, check_selector, discard_dead_letters, kinds
from delivery.models import DeadLetter, Replay
from delivery.replays import FASTEST, SLOWEST, advance_replays, order_replay, stop_replay, waiting_for

LOOK_SECONDS = 0.05
EPILOG = "Without ids or a filter, replay and discard want --all. See docs/runbook.md."


class Command(BaseCommand):
    help = (
        "List the tasks that were given up, show why, replay them, or discard them. Not of `manage.py run`: its broker"
        " keeps none: there they are failed results in the admin."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        acts = parser.add_subparsers(dest="act", required=True, metavar="list|show|replay|stop|discard")
        listing = acts.add_parser(
            "list", help="list what waits for a decision, grouped by kind of failure, and the replays under way"
        )
        listing.add_argument("--each", action="store_true", help="a line for each dead letter instead")
        show = acts.add_parser("show", help="everything about one: arguments, exception, traceback, who decided")
        show.add_argument("letter_id", type=int, metavar="ID")
        replay = acts.add_parser("replay", help="ask for the tasks anew, one of them first", epilog=EPILOG)
        replay.add_argument("--rate", type=rate, metavar="N", help="so many a second; else as fast as they go")
        replay.add_argument(
            "--no-canary", action="store_true", help="all at once: do not wait whether the first one dies again"
        )
        replay.add_argument(
            "--no-wait", action="store_true", help="leave it to the dead-letter consumers; `list` shows how it goes"
        )
        stop = acts.add_parser("stop", help="keep a replay from going on; the rest waits as before")
        stop.add_argument("replay_id", type=int, metavar="REPLAY")
        discard = acts.add_parser("discard", help="keep them as the record, but never try them again", epilog=EPILOG)
        for act in (listing, replay, discard):
            add_filters(act)
        for act in (replay, discard):
            act.add_argument("--all", action="store_true", help="every one that waits")
            act.add_argument("--dry-run", action="store_true", help="only say what would be done")
            act.add_argument("--yes", action="store_true", help="do not ask")
        for act in (replay, stop, discard):
            act.add_argument("--reason", default="", metavar="TEXT", help="why, for the record (needed)")

    def handle(self, *, act: str, **options: Any) -> None:
        try:
            if act == "show":
                self._show(options["letter_id"])
            elif act == "list":
                self._list(selector_of(options), each=options["each"])
            elif act == "stop":
                count = stop_replay(options["replay_id"], who=operator(), reason=options["reason"])
                self.stdout.write(f"stopped; not replayed: {count_of(count)}")
            else:
                self._decide(act, selector_of(options), options)
        except ActRefused as refusal:
            raise CommandError(str(refusal)) from refusal
        except BrokenPipeError:  # `list --each | head`: who reads has seen enough
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())

    def _list(self, selector: Selector, *, each: bool) -> None:
        check_selector(selector)
        letters = selector.waiting()
        if each:
            for letter in letters.defer("body", "headers", "traceback").iterator():
                self.stdout.write(describe(letter))
        else:
            for kind in kinds(letters):
                self.stdout.write(describe_kind(kind))
        for replay in Replay.objects.filter(state__in=Replay.UNDER_WAY).select_related("act").order_by("id"):
            self.stdout.write(describe_replay(replay))
        of_all = "" if selector == Selector() else f" of {Selector().waiting().count()}"
        self.stdout.write(f"waiting for a decision: {letters.count()}{of_all}")

    def _show(self, letter_id: int) -> None:
        letter = DeadLetter.objects.filter(pk=letter_id).first()
        if letter is None:
            raise CommandError(f"there is no dead letter {letter_id}")
        for line in tell(letter):
            self.stdout.write(line)

    def _decide(self, act: str, selector: Selector, options: dict[str, Any]) -> None:
        if selector == Selector() and not options["all"]:
            raise CommandError("name ids or a filter, or all of them by --all")
        check_selector(selector)
        count = selector.waiting().count()
        if options["dry_run"]:
            self._list(selector, each=False)
            self.stdout.write(f"dry run: {act} would concern {count_of(count)}")
            return
        if not count:
            raise CommandError("no dead letter that waits meets this")
        if not options["reason"].strip():
            raise CommandError("--reason: must say why")
        self._confirm(f"{act} {count_of(count)}", yes=options["yes"])
        if act == "discard":
            done = discard_dead_letters(selector.choice(), who=operator(), reason=options["reason"])
            self.stdout.write(f"discarded: {count_of(done)}")
        else:
            self._replay(selector, options)

    def _replay(self, selector: Selector, options: dict[str, Any]) -> None:
        replay = order_replay(
            selector.choice(),
            who=operator(),
            reason=options["reason"],
            per_second=options["rate"],
            with_canary=not options["no_canary"],
        )
        if replay.state != Replay.State.DONE:
            self.stdout.write(describe_replay(replay))
        if options["no_wait"]:
            return
        try:
            wait_for_end(replay)
        except KeyboardInterrupt:
            raise CommandError(
                f"{replay} goes on by itself, as far as dead-letter consumers run;"
                f" `dead_letters stop {replay.pk} --reason ...` stops it"
            ) from None
        if replay.state == Replay.State.STOPPED:
            rest = count_of(waiting_for(replay).count())
            raise CommandError(f"{replay} was stopped: {replay.outcome}; not replayed: {rest}")
        canary = ", the canary among them" if replay.canary else ""
        done = replay.act.letters.filter(state=DeadLetter.State.REPLAYED).count()
        self.stdout.write(f"replayed: {count_of(done)}{canary}")

    def _confirm(self, what: str, *, yes: bool) -> None:
        if yes:
            return
        if not sys.stdin.isatty():
            raise CommandError(f"{what}: not done; --yes says that it is meant where nobody can be asked")
        if input(f"{what}? [y/N] ").strip().lower() not in ("y", "yes"):
            raise CommandError("nothing was done")


def wait_for_end(replay: Replay) -> None:
    """Return once it is done or was stopped. It goes on meanwhile, also where no dead-letter consumer runs."""
    while replay.state in Replay.UNDER_WAY:
        time.sleep(LOOK_SECONDS)
        advance_replays()
        replay.refresh_from_db()


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


def rate(text: str) -> float:
    """An argparse type: a pace that a replay can have."""
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not SLOWEST <= value <= FASTEST:
        raise ArgumentTypeError(f"{text!r} is not a number from {SLOWEST} to {FASTEST}")
    return value
