"""How long a loop waits for a lock of the database: not for ever, and less than its health check waits for a sign."""

from django.db import connection

# Half a minute without getting it, and the loop says that it waits for the database, and tries anew. Requests and tasks
# wait for as long as it takes: they have limits of their own.
LOCK_TIMEOUT_SECONDS = 30


def bound_lock_waits() -> None:
    """Of this thread's connection, which is opened unless it is open. Raises OperationalError.

    A loop that waited for longer would give no sign of life (delivery.heartbeat) and be ended, and the server would go
    on waiting in its place, with a connection that nobody has.
    """
    if connection.connection is None and connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"SET lock_timeout = '{LOCK_TIMEOUT_SECONDS}s'")
