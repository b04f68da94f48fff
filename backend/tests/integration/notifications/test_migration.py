"""Notifications from before there were announcements keep who was told of what, and when they read it."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from apps.events.models import Entry, Event
from apps.events.services import change_entry, generate_event_ranking
from apps.notifications.messages import make_messages
from apps.notifications.models import Announcement, Notification
from apps.notifications.services import announce_event_correction, announce_event_ranking
from tests.factories import add_entry, add_score, make_event, make_user, publish_event
from tests.integration.notifications.told import Kind, told

pytestmark = pytest.mark.django_db(transaction=True)
APP = "notifications"
READ_AT = datetime(2026, 5, 17, tzinfo=UTC)


def migrate(*targets: tuple[str, str]) -> Any:
    """To the newest unless told otherwise. Returns the models as they are then."""
    executor = MigrationExecutor(connection)
    wanted = list(targets) or executor.loader.graph.leaf_nodes(APP)
    executor.migrate(wanted)
    return executor.loader.project_state(wanted).apps


def run_race(slug: str) -> Event:
    """Ana before Bia, published."""
    event = make_event(slug=slug)
    for bib, name in (("1", "ana"), ("2", "bia")):
        add_entry(event, bib, name=name, user=make_user(f"{name}-{slug}"))
        add_score(event, bib, f"2{bib}:00")
    publish_event(event)
    return event


def test_what_was_told_is_an_announcement_now() -> None:
    races = [run_race("harbour"), run_race("hill")]
    models = migrate((APP, "0001_initial"))
    try:
        fill(models, races)
    finally:
        migrate()
    assert told(Kind.RESULTS_PUBLISHED) == [["ana-harbour", "bia-harbour"], ["ana-hill", "bia-hill"]]
    first = Announcement.objects.get(event__slug="harbour")
    notifications = list(first.notifications.order_by("recipient__username"))
    assert [(one.read_at, one.role, one.in_inbox) for one in notifications] == [(READ_AT, 0, True), (None, 0, True)]
    assert first.created_at == min(one.created_at for one in notifications)
    (place,) = make_messages(notifications[:1])[0].facts.context["places"]
    assert (place.name, place.rank) == ("ana", 1)
    assert Notification.objects.count() == 4


def test_what_was_told_is_not_told_again_and_is_corrected_from_there() -> None:
    race = run_race("harbour")
    models = migrate((APP, "0001_initial"))
    try:
        fill(models, [race])
    finally:
        migrate()
    assert announce_event_ranking(race_ranking(race))["told"] == 0
    change_entry(Entry.objects.get(bib="1").pk, changes={"status": Entry.Status.DSQ}, reason="no chip")
    generate_event_ranking(race.pk)
    assert announce_event_correction(race_ranking(race))["told"] == 2
    assert told(Kind.RESULTS_CORRECTED) == [["ana-harbour", "bia-harbour"]]


def race_ranking(race: Event) -> int:
    race.refresh_from_db()
    assert race.public_ranking_id is not None
    return race.public_ranking_id


def fill(models: Any, races: list[Event]) -> None:
    """Everybody was told, as it was stored then; Ana has read hers."""
    old = models.get_model(APP, "Notification")
    for race in races:
        for entry in Entry.objects.filter(event=race).select_related("participant"):
            is_read = entry.bib == "1"
            old.objects.create(
                recipient_id=entry.participant.user_id,
                kind="results_published",
                event_id=race.pk,
                ranking_id=race_ranking(race),
                read_at=READ_AT if is_read else None,
            )
