"""Every kind of process with a known secret and with another broker, beside those that `make test` starts."""

import sys

import pytest
from django.db import transaction

from delivery.models import DeadLetter
from delivery.outbox import enqueue
from tests.integration.security.test_checks import PRODUCTION, run
from tests.processes import Processes, manage, wait_until
from tests.tls import RIGHT, WRONG, TlsBroker

MISMATCH, UNKNOWN = "certificate verify failed: IP address mismatch", "certificate verify failed: self-signed"
WORKER = [sys.executable, "-m", "celery", "-A", "config", "worker"]


@pytest.mark.parametrize("command", [manage("relay"), WORKER], ids=["relay", "worker"])
def test_no_process_starts_with_a_known_secret(command: list[str]) -> None:
    """Also those that skip Django's checks."""
    refused = run(command, **{**PRODUCTION, "SECRET_KEY": "too-short", "CELERY_SKIP_CHECKS": "1"})
    assert refused.returncode != 0
    assert "security.E001" in refused.stderr


def test_work_flows_by_tls(processes: Processes) -> None:
    """Relay, worker and dead-letter consumer: a task that fails for good goes by all three."""
    by_tls = TlsBroker().by(RIGHT)
    with transaction.atomic():
        enqueue("events.generate_event_ranking", {"no_such_argument": 1})
    relay = processes.start_command("relay", extra_environment=by_tls)
    relay.wait_for_log("relay started")
    consumer = processes.start_command("consume_dead_letters", extra_environment=by_tls)
    consumer.wait_for_log("dead-letter consumer started")
    processes.start_worker(**by_tls)
    wait_until(DeadLetter.objects.exists, "the dead letter")


def test_every_process_refuses_another_broker(processes: Processes) -> None:
    """All but beat, which never asks the broker. An unknown authority is refused by the same code: two will do."""
    broker = TlsBroker()
    wrong, unknown = broker.by(WRONG), broker.by(RIGHT, known=False)
    with transaction.atomic():
        enqueue("events.generate_event_ranking", {"event_id": 1})
    worker = [*WORKER, "-l", "info"]
    relay, consumer, topology = manage("relay"), manage("consume_dead_letters"), manage("topology")
    mismatched = [processes.start(*each, extra_environment=wrong) for each in (worker, relay, consumer, topology)]
    strangers = [processes.start(*each, extra_environment=unknown) for each in (worker, relay)]
    for process in mismatched:
        process.wait_for_log(MISMATCH)
    for process in strangers:
        process.wait_for_log(UNKNOWN)
