"""Loads real competitions by the commands and the API, as an organiser does. Their data is no part of this project."""

import csv
import json
from collections.abc import Iterable, Sequence
from io import StringIO
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.test import Client

from apps.events.models import Event
from apps.events.services import generate_event_ranking
from apps.rankings.models import Season
from apps.rankings.services import refresh_standings


class Loader:
    """Writes files into a folder, runs commands with them, and publishes as a member of the staff."""

    def __init__(self, folder: Path, staff: Client) -> None:
        self.folder, self.staff = folder, staff

    def load_event(self, slug: str, rules: dict[str, Any], rows: Iterable[dict[str, str]], columns: str = "") -> None:
        """A published event of these rows, whose columns are named like what an import reads, or as `columns` say."""
        rows = list(rows)
        content = StringIO()
        writer = csv.DictWriter(content, rows[0])
        writer.writeheader()
        writer.writerows(rows)
        scores = self.folder / f"{slug}.csv"
        scores.write_text(content.getvalue())
        self._run("create_event", slug, "--name", slug, "--rules", str(self._document(rules)), "--open")
        self._run("import_scores", slug, str(scores), "--map", columns)
        self._post(f"events/{slug}/close")
        generate_event_ranking(Event.objects.get(slug=slug).pk)  # what a worker does
        self._post(f"events/{slug}/publish")

    def load_season(self, slug: str, rules: dict[str, Any], events: Sequence[str]) -> None:
        """A season of these events, with their terms."""
        self._run("create_season", slug, "--name", slug, "--rules", str(self._document(rules)), "--events", *events)
        self.refresh(slug)

    def refresh(self, slug: str) -> None:
        """What a worker does after a change of a season."""
        refresh_standings(Season.objects.get(slug=slug).pk)

    def _document(self, document: dict[str, Any]) -> Path:
        path = self.folder / "rules.json"
        path.write_text(json.dumps(document))
        return path

    def _run(self, *arguments: str) -> None:
        call_command(*arguments, stdout=StringIO())

    def _post(self, address: str) -> None:
        answer = self.staff.post(f"/api/v1/{address}", {}, content_type="application/json")
        assert answer.status_code == 200, answer.content


def get(address: str) -> Any:
    """What the API answers an anonymous visitor."""
    answer = Client().get(f"/api/v1/{address}")
    assert answer.status_code == 200, answer.content
    return answer.json()
