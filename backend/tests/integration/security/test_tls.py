"""By TLS each process asks whose certificate it is: of the name that it was told, and of an authority that it knows.

The certificates of the session's services are of 127.0.0.1, and other names lead there as well. (Kombu makes
127.0.0.1 of localhost by itself, so for AMQP it is another number.)
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction

from delivery.models import DeadLetter
from delivery.outbox import enqueue
from tests.processes import BACKEND, PATIENCE_SECONDS, Processes, database_url, environment, manage, wait_until

RIGHT, WRONG, WRONG_BUT_FOR_AMQP = "127.0.0.1", "127.0.0.2", "localhost"
MISMATCH, UNKNOWN = "certificate verify failed: IP address mismatch", "certificate verify failed: self-signed"


def services() -> tuple[Path, dict[str, Any]]:
    """Where the session's services live, and what is told of them there."""
    directory = Path(os.environ.get("PLACAR_SERVICES_DIR") or pytest.fail("needs services of its own: `make test`"))
    state = json.loads((directory / "state.json").read_text())
    if state["mode"] != "processes":
        pytest.skip("containers have no certificate here")
    return directory, state


class Broker:
    """The session's RabbitMQ by TLS."""

    def __init__(self) -> None:
        directory, state = services()
        self._ports = state["nodes"][0]
        self.authority = str(directory / "broker-1" / "certificate.pem")

    def by(self, name: str, *, known: bool = True) -> dict[str, str]:
        """The environment of a process that asks for it by that name; the management API is at one address only."""
        management = RIGHT if name == WRONG else name
        return {
            "CELERY_BROKER_URL": f"amqps://guest:guest@{name}:{self._ports['amqp_tls']}/placar",
            "BROKER_MANAGEMENT_URL": f"https://guest:guest@{management}:{self._ports['management_tls']}",
            "BROKER_CA_FILE": self.authority if known else "",
        }


@pytest.fixture
def tls_broker() -> Broker:
    return Broker()


def test_work_flows_by_tls(processes: Processes, tls_broker: Broker) -> None:
    """Relay, worker and dead-letter consumer: a task that fails for good goes by all three."""
    by_tls = tls_broker.by(RIGHT)
    with transaction.atomic():
        enqueue("events.generate_event_ranking", {"no_such_argument": 1})
    relay = processes.start_command("relay", extra_environment=by_tls)
    relay.wait_for_log("relay started")
    consumer = processes.start_command("consume_dead_letters", extra_environment=by_tls)
    consumer.wait_for_log("dead-letter consumer started")
    processes.start_worker(**by_tls)
    wait_until(DeadLetter.objects.exists, "the dead letter")


def test_every_process_refuses_another_broker(processes: Processes, tls_broker: Broker) -> None:
    """All but beat, which never asks the broker. An unknown authority is refused by the same code: two will do."""
    wrong, unknown = tls_broker.by(WRONG), tls_broker.by(RIGHT, known=False)
    with transaction.atomic():
        enqueue("events.generate_event_ranking", {"event_id": 1})
    worker = [sys.executable, "-m", "celery", "-A", "config", "worker", "-l", "info"]
    relay, consumer, topology = manage("relay"), manage("consume_dead_letters"), manage("topology")
    mismatched = [processes.start(*each, extra_environment=wrong) for each in (worker, relay, consumer, topology)]
    strangers = [processes.start(*each, extra_environment=unknown) for each in (worker, relay)]
    for process in mismatched:
        process.wait_for_log(MISMATCH)
    for process in strangers:
        process.wait_for_log(UNKNOWN)


@pytest.mark.django_db(transaction=True)
def test_topology_is_declared_by_tls(tls_broker: Broker) -> None:
    assert ask(manage("topology"), tls_broker.by(RIGHT)).returncode == 0


def test_the_management_api_is_verified_by_itself(tls_broker: Broker) -> None:
    """Also where AMQP goes without TLS."""
    url = tls_broker.by(WRONG_BUT_FOR_AMQP)["BROKER_MANAGEMENT_URL"]
    run = ask(manage("topology"), {"BROKER_MANAGEMENT_URL": url, "BROKER_CA_FILE": tls_broker.authority})
    assert run.returncode != 0
    assert "certificate verify failed: Hostname mismatch" in run.stderr


def ask(command: list[str], variables: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        cwd=BACKEND,
        env=environment() | variables,
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )


@pytest.fixture
def database_authority(transactional_db: None) -> Iterator[str]:
    """The session's PostgreSQL offers TLS meanwhile; the file of its authority."""
    directory, _state = services()
    with connection.cursor() as cursor:
        try:
            cursor.execute("ALTER SYSTEM SET ssl = on")
            cursor.execute("SELECT pg_reload_conf()")
            yield str(directory / "database" / "certificate.pem")
        finally:
            cursor.execute("ALTER SYSTEM RESET ssl")
            cursor.execute("SELECT pg_reload_conf()")


# What the web server and each task begin with, and a relay's connection of its own, which listens.
CONNECT = """
import django; django.setup()
from django.db import connection
from delivery.wakeup import Wakeup
with connection.cursor() as cursor:
    cursor.execute("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()")
    print("encrypted" if cursor.fetchone()[0] else "clear")
wakeup = Wakeup()
wakeup.listen()
print("encrypted" if wakeup._listener.pgconn.ssl_in_use else "clear")
"""


@pytest.mark.parametrize(
    ("name", "known", "said"),
    [
        (RIGHT, True, "encrypted\nencrypted\n"),
        (WRONG_BUT_FOR_AMQP, True, 'does not match host name "localhost"'),
        (RIGHT, False, "certificate verify failed"),
    ],
    ids=["right", "name", "authority"],
)
def test_the_database_is_verified(database_authority: str, tmp_path: Path, name: str, known: bool, said: str) -> None:
    other = tmp_path / "other.pem"
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    files = ["-out", other, "-keyout", tmp_path / "key.pem"]
    subprocess.run([*command, "-subj", "/CN=nobody", *map(str, files)], check=True, capture_output=True)
    authority = database_authority if known else other
    url = database_url().replace("@127.0.0.1:", f"@{name}:") + f"?sslmode=verify-full&sslrootcert={authority}"
    run = ask([sys.executable, "-c", CONNECT], {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "config.settings"})
    assert said in run.stdout + run.stderr
