"""Connections to the broker as the relay and the topology use them: every wait has an end."""

from celery import current_app
from kombu import Connection
from kombu.exceptions import OperationalError


class BrokerUnavailable(Exception):
    """The broker did not answer as it should. What was being sent may or may not have arrived."""


def is_in_memory() -> bool:
    """Whether the broker is the one of the embedded mode, which lives and dies with its process."""
    return current_app.connection_for_write().transport.driver_type == "memory"


def open_connection() -> Connection:
    """A connection by Celery's own settings, established.

    Its reads and writes end with an error after the `read_timeout` and `write_timeout` of
    CELERY_BROKER_TRANSPORT_OPTIONS. Raises BrokerUnavailable when none of the broker's addresses answers.
    """
    conf = current_app.conf
    connection = current_app.connection_for_write(
        heartbeat=conf.broker_heartbeat,
        # The relay counts the confirms of a whole batch itself; with this on each publish would wait for its own.
        transport_options={"confirm_publish": False},
    )
    addresses = max(len(connection.alt), 1)
    try:
        connection.ensure_connection(max_retries=addresses - 1, interval_start=0)
    except errors_of(connection) as error:
        connection.collect()
        raise BrokerUnavailable(f"no connection to {connection.as_uri()}: {describe(error)}") from error
    return connection


def errors_of(connection: Connection) -> tuple[type[BaseException], ...]:
    """What operations on the connection raise when the broker is gone or refuses."""
    return (OperationalError, *connection.connection_errors, *connection.channel_errors)


def describe(error: BaseException) -> str:
    """The error in one line, also where its text is empty."""
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
