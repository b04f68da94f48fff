"""Probes: what is missing is named, to whoever asks, and costs little."""

from threading import Event
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.core.management import call_command
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import AsyncClient, Client

from delivery.applied_topology import fingerprint, note_applied
from delivery.health import keeper
from delivery.health.keeper import Keeper
from delivery.health.views import READINESS
from delivery.models import AppliedTopology
from tests.database import Database

STRANGE_HOST = "10.1.2.3:8000"


def ready() -> tuple[int, dict[str, Any]]:
    """The answer of a look that is made now."""
    READINESS.forget()
    answer = Client().get("/health/ready", HTTP_HOST=STRANGE_HOST)
    return answer.status_code, answer.json()


def missing(*names: str) -> tuple[int, dict[str, Any]]:
    return 503, {"status": "not ready", "missing": list(names)}


READY = (200, {"status": "ready"})


def test_a_process_that_answers_is_live_whatever_its_host_is_called(settings: Any) -> None:
    settings.SECURE_SSL_REDIRECT = True
    answer = Client().get("/health/live", HTTP_HOST=STRANGE_HOST)
    assert (answer.status_code, answer.json()) == (200, {"status": "live"})
    assert "no-store" in answer["Cache-Control"]
    assert async_to_sync(AsyncClient().get)("/health/live", headers={"Host": STRANGE_HOST}).status_code == 200
    assert Client().head("/health/live").status_code == 200
    assert Client().post("/health/live").status_code == 405
    assert Client().get("/health/other").status_code == 404


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("broker")
def test_it_is_ready_once_database_migrations_and_topology_are_there() -> None:
    assert ready() == missing("topology")
    # Of another version; its processes stay ready beside ours.
    AppliedTopology.objects.create(fingerprint="f" * 64)
    assert ready() == missing("topology")
    call_command("topology")
    assert {row.fingerprint for row in AppliedTopology.objects.all()} == {"f" * 64, fingerprint()}
    assert ready() == READY
    last = MigrationRecorder(connection).migration_qs.filter(app="delivery").latest("id")
    last.delete()
    try:
        assert ready() == missing("migrations")
    finally:
        MigrationRecorder(connection).record_applied(last.app, last.name)
    assert ready() == READY


def test_without_a_database_it_is_not_ready_and_says_no_more(database: Database) -> None:
    note_applied()
    database.control("stop")
    assert ready() == missing("database")
    database.control("start")
    assert ready() == READY


def test_many_probes_cost_one_look(monkeypatch: pytest.MonkeyPatch) -> None:
    looks = []

    def look() -> tuple[str, ...]:
        looks.append(1)
        return ()

    kept = Keeper(look)
    assert [kept.missing() for _ in range(50)] == [()] * 50
    assert len(looks) == 1
    monkeypatch.setattr(keeper, "KEEP_SECONDS", -1.0)
    kept.missing()
    assert len(looks) == 2


def test_a_look_that_hangs_holds_up_nobody_and_is_not_made_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeper, "PATIENCE_SECONDS", 0.05)
    monkeypatch.setattr(keeper, "KEEP_SECONDS", 0.0)
    thawed, looks = Event(), []

    def look() -> tuple[str, ...]:
        looks.append(1)
        thawed.wait(60)
        return ()

    kept = Keeper(look)
    assert [kept.missing() for _ in range(3)] == [("database",)] * 3
    assert len(looks) == 1
    thawed.set()
    kept.forget()
    assert kept.missing() == ()
