"""A connection to the database whose host is gone ends: by the operating system, as the settings ask of it."""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
from django.db import connection

from delivery.wakeup import Wakeup

# What Linux calls keepalives_idle, keepalives_interval, keepalives_count and tcp_user_timeout.
OPTIONS = {
    "TCP_KEEPIDLE": 30,
    "TCP_KEEPINTVL": 10,
    "TCP_KEEPCNT": 3,
    "TCP_USER_TIMEOUT": 60_000,
}


@contextmanager
def socket_of(descriptor: int) -> Iterator[socket.socket]:
    """The socket of a connection, which stays open."""
    copy = socket.socket(fileno=os.dup(descriptor))
    with copy:
        yield copy


def options_of(descriptor: int) -> dict[str, int]:
    with socket_of(descriptor) as its_socket:
        return {name: its_socket.getsockopt(socket.IPPROTO_TCP, getattr(socket, name)) for name in OPTIONS}


@pytest.mark.django_db
def test_connections_of_requests_and_tasks_end_when_the_other_side_is_gone() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("needs PostgreSQL")
    connection.ensure_connection()
    assert options_of(connection.connection.fileno()) == OPTIONS


@pytest.mark.django_db
def test_the_connection_by_which_a_relay_is_woken_ends_as_well() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("needs PostgreSQL")
    wakeup = Wakeup()
    wakeup.listen()
    assert wakeup._listener is not None
    try:
        assert options_of(wakeup._listener.fileno()) == OPTIONS
    finally:
        wakeup.forget()


@pytest.mark.django_db
def test_a_database_that_accepts_and_says_nothing_is_given_up() -> None:
    """By libpq, after the seconds that it is told; two is the least that it knows."""
    if connection.vendor != "postgresql":
        pytest.skip("needs PostgreSQL")
    told = connection.get_connection_params()
    assert told["connect_timeout"] == 10
    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(psycopg.OperationalError, match="timeout"):
        psycopg.connect(**told | {"port": silent.getsockname()[1], "connect_timeout": 2})
