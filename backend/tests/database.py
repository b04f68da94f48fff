"""The session's PostgreSQL in tests."""

import subprocess
import sys

from django.db import connection

from tests.broker import TOOL


class Database:
    """The server of DATABASE_URL, which the test's own connection lives on as well."""

    def control(self, verb: str) -> None:
        """start, stop or kill; returns when it is so."""
        connection.close()
        subprocess.run([sys.executable, TOOL, "database", verb], check=True)
