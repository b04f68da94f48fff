"""manage.py export_ranking SLUG: writes a ranking to standard output."""

import json
import sys
from argparse import ArgumentParser
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.events.exports import COLUMNS, ExportRow, further_columns, iter_csv, iter_export_rows
from apps.events.management.refusals import find_event, told_as_command_error
from apps.events.models import Ranking
from apps.events.ranking_lines import find_ranking


class Command(BaseCommand):
    help = "Write the ranking of an event to standard output: all of its divisions, overall first, unless one is named."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug", metavar="SLUG")
        parser.add_argument("--division", metavar="D", help="overall, or dimension and value as in sex:M")
        parser.add_argument("--format", default="csv", choices=["csv", "json"], help="(%(default)s)")
        parser.add_argument("--revision", type=int, metavar="N", help="the current one unless told")
        parser.add_argument("--live", action="store_true", help="with what a freeze hides from the public")

    def handle(self, *args: Any, **options: Any) -> None:
        event = find_event(options["slug"])
        with told_as_command_error():
            variant = Ranking.Variant.LIVE if options["live"] else Ranking.Variant.PUBLIC
            ranking = find_ranking(event, options["revision"], variant)
            if ranking is None:
                raise CommandError(f"{event.slug} has no ranking yet; ask for it with generate_ranking")
            rows = iter_export_rows(ranking, options["division"])
        further = further_columns(ranking)
        lines = iter_csv(rows, further) if options["format"] == "csv" else iter_json(rows, further)
        try:
            for line in lines:
                self.stdout.write(line)
            self.stdout.flush()
        except BrokenPipeError:
            sys.exit(1)  # the reader has enough, as `head` does


def iter_json(rows: Iterable[ExportRow], further: Sequence[str]) -> Iterator[str]:
    """The rows as lines of one JSON array of objects."""
    columns = [*COLUMNS, *further]
    objects = (
        json.dumps(dict(zip(columns, [*cells, *more], strict=True)), ensure_ascii=False) for *cells, more in rows
    )
    last = next(objects, None)
    yield "["
    for following in objects:
        yield f"{last},"
        last = following
    if last is not None:
        yield last
    yield "]"
