"""Fixtures for all tests."""

import os
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest
from django.conf import settings
from django.contrib.auth.hashers import PBKDF2PasswordHasher

import tests.emptying  # noqa: F401 (takes the place of Django's flush)
from tests.broker import Broker
from tests.database import Database
from tests.lanes import pytest_runtestloop  # noqa: F401 (a hook)
from tests.processes import Processes

# How long an example takes depends on what else the machine does, so no test fails for it.
hypothesis.settings.register_profile(
    "placar", deadline=None, max_examples=int(os.environ.get("PLACAR_EXAMPLES", "100"))
)
hypothesis.settings.load_profile("placar")
# A third of a second for each user, meant against those who stole the hashes. Each hash says how often it was done, so
# a process of its own reads these as well.
PBKDF2PasswordHasher.iterations = 1
# A minute in which corrections gather is no use to those who wait for all tasks; neither here nor in other processes.
os.environ["NOTIFICATION_SETTLE_SECONDS"] = "0"
settings.NOTIFICATION_SETTLE_SECONDS = 0
# Tests ask as fast as they can, all from one address; those of the limits set them.
for name in ("LIMIT_READS", "LIMIT_WRITES", "LIMIT_LOG_INS", "LIMIT_FAILURES", "LIMIT_ACCOUNT_FAILURES"):
    os.environ[name] = ""
    setattr(settings, name, None)


@pytest.fixture
def broker() -> Iterator[Broker]:
    """The session's RabbitMQ with its topology and without messages."""
    broker = Broker()
    yield broker
    broker.restore()


@pytest.fixture
def database(transactional_db: None) -> Iterator[Database]:
    """The session's PostgreSQL; running again at the end, whatever the test did to it."""
    database = Database()
    yield database
    database.control("start")


@pytest.fixture
def processes(transactional_db: None, broker: Broker, tmp_path: Path) -> Iterator[Processes]:
    """Starts relays, workers and commands; ends them before the database and the broker are emptied."""
    processes = Processes(tmp_path)
    yield processes
    processes.end_all()
