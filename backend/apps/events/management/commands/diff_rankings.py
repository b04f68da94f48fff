"""manage.py diff_rankings SLUG FROM TO: who moved between two revisions, from where to where, and why."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from apps.events.difference import Kind
from apps.events.difference_exports import iter_difference_csv
from apps.events.difference_lines import DifferenceLine, difference_lines, find_revision, read_difference
from apps.events.management.refusals import find_event, told_as_command_error
from apps.events.models import Entry, Ranking
from apps.events.ranking_lines import Line
from apps.events.result import OVERALL

_CHUNK_ROWS = 1000
_WORDS = {Kind.SCORE: "result"}


class Command(BaseCommand):
    help = "Tell who moved between two revisions of a ranking, from where to where, and why."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug", metavar="SLUG")
        parser.add_argument("before", type=int, metavar="FROM", help="number of a revision")
        parser.add_argument("after", type=int, metavar="TO", help="number of the revision to compare with it")
        parser.add_argument("--division", default=OVERALL, metavar="D", help="dimension and value as in sex:M")
        parser.add_argument("--live", action="store_true", help="revisions of all scores, also of those a freeze hides")
        parser.add_argument("--format", default="text", choices=["text", "csv"], help="(%(default)s)")

    def handle(self, *args: Any, **options: Any) -> None:
        event = find_event(options["slug"])
        with told_as_command_error():
            variant = Ranking.Variant.LIVE if options["live"] else Ranking.Variant.PUBLIC
            before, after = (find_revision(event, options[name], variant) for name in ("before", "after"))
            difference = read_difference(event, before, after, options["division"])
        if options["format"] == "csv":
            for line in iter_difference_csv(difference):
                self.stdout.write(line, ending="")
            return
        counts = difference.counts()
        told = ", ".join(f"{counts[name]} {name.replace('_', ' ')}" for name in counts if counts[name])
        what = f"{event.slug}, {difference.division}, revision {before.revision} to {after.revision}"
        self.stdout.write(f"{what}: {told or 'no difference'}")
        for start in range(0, len(difference.changes), _CHUNK_ROWS):
            for change in difference_lines(difference, start, start + _CHUNK_ROWS):
                self.stdout.write(describe_change(change))


def describe_change(change: DifferenceLine) -> str:
    """One change in words: `7 Ana: 2 -> 1, 21:40 -> 21:30, improved (photo finish)`."""
    why = "; ".join(change.reasons) or ("others moved" if change.by_others else "")
    sides = [_describe_side(side) for side in (change.before, change.after)]
    moved = ", ".join(old if old == new else f"{old} -> {new}" for old, new in zip(*sides, strict=True))
    told = f"{change.bib} {change.name}: {moved}, {_WORDS.get(change.kind, change.kind.value)}"
    return f"{told} ({why})" if why else told


def _describe_side(line: Line | None) -> tuple[str, str]:
    """Rank and result; what there is none of is a dash."""
    if line is None:
        return "-", "-"
    result = line.score_text or Entry.Status(line.status).label
    if line.status != Entry.Status.FINISHED:
        result = Entry.Status(line.status).label
    return line.shown_rank or "-", result
