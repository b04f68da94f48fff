"""Plain SQL, where one statement does for a hundred thousand people what the ORM does for one after the other."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import connection


def execute(statement: str, parameters: Sequence[Any] | Mapping[str, Any]) -> int:
    """Run a statement that changes rows; returns how many. Moments may be among the parameters."""
    adapted: Any
    if isinstance(parameters, Mapping):
        adapted = {name: _adapted(value) for name, value in parameters.items()}
    else:
        adapted = [_adapted(value) for value in parameters]
    with connection.cursor() as cursor:
        cursor.execute(statement, adapted)
        if cursor.rowcount < 0:  # SQLite tells no number for a statement that begins with WITH
            cursor.execute("SELECT changes()")
            return int(cursor.fetchone()[0])
        return int(cursor.rowcount)


def _adapted(value: Any) -> Any:
    return connection.ops.adapt_datetimefield_value(value) if isinstance(value, datetime) else value
