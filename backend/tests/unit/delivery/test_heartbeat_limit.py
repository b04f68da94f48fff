"""Nobody who waits for a database or a broker is silent for long enough to be ended for it."""

import json
import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.db import connection

from delivery.heartbeat import INTERVAL_SECONDS, STALE_SECONDS
from delivery.lock_waits import LOCK_TIMEOUT_SECONDS, bound_lock_waits
from tests.processes import BACKEND

# Of one host name: IPv4 and IPv6.
ADDRESSES = 2


def database_options() -> dict[str, int]:
    """Those of PostgreSQL, whatever the tests run on."""
    code = "from config.database_settings import DATABASE; import json; print(json.dumps(DATABASE['OPTIONS']))"
    address = {"DATABASE_URL": "postgres://placar@database/placar"}
    out = subprocess.check_output([sys.executable, "-c", code], cwd=BACKEND, env=os.environ | address)
    return {name: int(value) for name, value in json.loads(out).items()}


def test_a_sign_is_too_old_only_after_all_that_is_waited_for() -> None:
    options = database_options()
    keepalives = options["keepalives_idle"] + options["keepalives_interval"] * options["keepalives_count"]
    vanished = max(keepalives, options["tcp_user_timeout"] / 1000)
    transport = settings.AMQP_TRANSPORT_OPTIONS
    broker = max(transport["read_timeout"], transport["write_timeout"])
    silent = INTERVAL_SECONDS + broker + LOCK_TIMEOUT_SECONDS + vanished + ADDRESSES * options["connect_timeout"]
    assert silent < STALE_SECONDS


@pytest.mark.django_db(transaction=True)
def test_a_loop_waits_for_a_lock_for_so_long() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("needs PostgreSQL")
    connection.close()
    bound_lock_waits()
    with connection.cursor() as cursor:
        cursor.execute("SHOW lock_timeout")
        assert cursor.fetchone() == (f"{LOCK_TIMEOUT_SECONDS}s",)
    connection.close()
