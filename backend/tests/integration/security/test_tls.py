"""By TLS it is asked whose certificate it is: of the name that was told, and of an authority that is known.

A broker of another name is refused in delivery/test_traps_tls.py, by every kind of process in fuzz/test_processes.py.
"""

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.db.utils import ConnectionHandler

from config.environment import env
from delivery.broker import BrokerUnavailable
from delivery.management_api import ManagementApi
from delivery.wakeup import Wakeup
from tests.processes import Processes, database_url
from tests.tls import RIGHT, WRONG_BUT_FOR_AMQP, TlsBroker, services


def test_topology_is_declared_by_tls(processes: Processes) -> None:
    """By AMQP and the management API."""
    declared = processes.start_command("topology", extra_environment=TlsBroker().by(RIGHT))
    assert declared.wait() == 0, declared.log


def test_the_management_api_is_verified_by_itself(settings: Any) -> None:
    """Also where AMQP goes without TLS."""
    broker = TlsBroker()
    settings.BROKER_CA_FILE = broker.authority
    settings.BROKER_MANAGEMENT_URL = broker.by(RIGHT)["BROKER_MANAGEMENT_URL"]
    assert ManagementApi().nodes()
    settings.BROKER_MANAGEMENT_URL = broker.by(WRONG_BUT_FOR_AMQP)["BROKER_MANAGEMENT_URL"]
    with pytest.raises(BrokerUnavailable, match="certificate verify failed: Hostname mismatch"):
        ManagementApi().nodes()


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


@pytest.fixture
def unknown_authority(tmp_path: Path) -> str:
    """The file of an authority that has signed nothing."""
    file = tmp_path / "other.pem"
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    files = ["-out", str(file), "-keyout", str(tmp_path / "key.pem")]
    subprocess.run([*command, "-subj", "/CN=nobody", *files], check=True, capture_output=True)
    return str(file)


def test_the_database_is_verified(
    database_authority: str, unknown_authority: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By what requests and tasks begin with, and by a relay's connection of its own, which listens."""

    def connect(name: str, authority: str) -> None:
        url = database_url().replace("@127.0.0.1:", f"@{name}:") + f"?sslmode=verify-full&sslrootcert={authority}"
        by_tls = ConnectionHandler({"default": env.db_url_config(url)})["default"]
        try:
            with by_tls.cursor() as cursor:
                cursor.execute("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()")
                assert cursor.fetchone() == (True,)
            monkeypatch.setattr("delivery.wakeup.connection", by_tls)
            wakeup = Wakeup()
            wakeup.listen()
            assert wakeup._listener is not None
            assert wakeup._listener.pgconn.ssl_in_use
            wakeup.forget()
        finally:
            by_tls.close()

    connect(RIGHT, database_authority)
    with pytest.raises(OperationalError, match='does not match host name "localhost"'):
        connect(WRONG_BUT_FOR_AMQP, database_authority)
    with pytest.raises(OperationalError, match="certificate verify failed"):
        connect(RIGHT, unknown_authority)
