"""Django for a benchmark: a database of its own on the PostgreSQL that DATABASE_URL names, gone afterwards."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import django
from django.db import connection

BACKEND = Path(__file__).resolve().parent.parent / "backend"


def start_django() -> None:
    """Makes the project importable."""
    sys.path.insert(0, str(BACKEND))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    # One user asks as fast as it goes. Read when this module is imported, so that processes started later have it, too.
    os.environ.setdefault("LIMIT_WRITES", "")
    django.setup()


@contextmanager
def throwaway_database() -> Iterator[None]:
    """Inside, the connection goes to a fresh, migrated database; DATABASE_URL as well, for child processes."""
    if connection.vendor != "postgresql":
        raise SystemExit("set DATABASE_URL to a PostgreSQL, or run: make bench")
    url, name = os.environ["DATABASE_URL"], connection.settings_dict["NAME"]
    throwaway = connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    os.environ["DATABASE_URL"] = url.rpartition("/")[0] + f"/{throwaway}"
    try:
        yield
    finally:
        os.environ["DATABASE_URL"] = url
        connection.creation.destroy_test_db(name, verbosity=0)
