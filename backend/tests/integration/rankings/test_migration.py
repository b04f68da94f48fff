"""Seasons from before there were rules keep their standings."""

from typing import Any

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from apps.rankings.models import Season
from apps.rankings.readers import read_board
from apps.rankings.services import refresh_standings

pytestmark = pytest.mark.django_db(transaction=True)

BEFORE = [("rankings", "0001_initial")]


def migrate(targets: list[tuple[str, str]]) -> Any:
    executor = MigrationExecutor(connection)
    executor.migrate(targets)
    return executor.loader.project_state(targets).apps


def migrate_all() -> None:
    """Those of other apps as well: what is taken back of one takes what needs it with it."""
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())


def test_points_become_rules_and_rows_become_pages() -> None:
    models = migrate(BEFORE)
    try:
        fill(models)
    finally:
        migrate_all()
    season = Season.objects.get(slug="old")
    assert season.rules == {"points": {"by_place": [10, "7.5"]}, "tie_breakers": []}
    assert season.current_standings is not None
    lines = read_board(season.current_standings).lines
    assert [(line.shown_rank, line.name, line.total, line.cells[0] and line.cells[0].points) for line in lines] == [
        ("1=", "Ana", "7.5", "7.5"),
        ("1=", "Bia", "7.5", None),
    ]
    assert refresh_standings(season.pk)["revision"] == 2


def fill(models: Any) -> None:
    """A season with a revision of its standings, as it was stored then."""
    events = [
        models.get_model("events", "Event").objects.create(slug=f"race-{number}", name="Race", rules={})
        for number in (1, 2)
    ]
    season = models.get_model("rankings", "Season").objects.create(
        slug="old", name="Old", points={"by_place": [10, "7.5"]}
    )
    standings = season.standings.create(
        revision=1, content_hash="x", event_ids=[event.pk for event in events], row_count=2
    )
    for position, (name, cells) in enumerate((("Ana", [[2, 750], None]), ("Bia", [None, [2, 750]])), 1):
        participant = models.get_model("events", "Participant").objects.create(name=name)
        standings.rows.create(position=position, participant=participant, rank=1, tied=True, total=750, cells=cells)
    season.current_standings = standings
    season.save()
