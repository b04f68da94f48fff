"""manage.py list_corrections SLUG: the trail of an event, the oldest first."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from apps.events.management.refusals import find_event
from apps.events.models import Correction


class Command(BaseCommand):
    help = "List what was corrected in an event since it was opened: when, who, what from what to what, and why."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug", metavar="SLUG")
        parser.add_argument("--bib", metavar="B", help="of this entry alone")

    def handle(self, *args: Any, **options: Any) -> None:
        event = find_event(options["slug"])
        corrections = event.corrections.select_related("entry", "by").order_by("pk")
        if options["bib"]:
            corrections = corrections.filter(entry__bib=options["bib"])
        for correction in corrections.iterator(chunk_size=1000):
            self.stdout.write(describe_correction(correction))


def describe_correction(correction: Correction) -> str:
    """One line: moment, author, bib, kind, what changed, and the reason."""
    by = correction.by.get_username() if correction.by else "-"
    what = f"{_told(correction.before)} -> {_told(correction.after)}"
    told = f"{correction.at.isoformat(timespec='seconds')} {by} {correction.entry.bib} {correction.kind}: {what}"
    return f"{told} ({correction.reason})" if correction.reason else told


def _told(values: dict[str, Any]) -> str:
    return json.dumps(values, ensure_ascii=False, sort_keys=True)
