"""`manage.py await_ready`: nothing starts before what it needs was prepared."""

from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from delivery.applied_topology import note_applied
from delivery.models import AppliedTopology
from tests.processes import Processes


def test_it_waits_for_migrations_and_then_for_the_topology(processes: Processes) -> None:
    AppliedTopology.objects.all().delete()
    recorder = MigrationRecorder(connection)
    last = recorder.migration_qs.filter(app="delivery").latest("name")
    recorder.record_unapplied("delivery", last.name)
    waiting = processes.start_command("await_ready")
    waiting.wait_for_log("waiting for: migrations")
    recorder.record_applied("delivery", last.name)
    waiting.wait_for_log("waiting for: topology")
    note_applied()
    waiting.wait_for_log("ready")
    assert waiting.wait() == 0


def test_it_waits_for_a_database_that_is_not_there(processes: Processes) -> None:
    away = {"DATABASE_URL": "postgres://placar:secret@127.0.0.1:1/placar"}
    waiting = processes.start_command("await_ready", extra_environment=away)
    waiting.wait_for_log("waiting for: database")
    assert not waiting.has_ended
