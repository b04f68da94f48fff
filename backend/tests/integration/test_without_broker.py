"""Requests while the broker is down: they are answered as ever, for they never speak to it."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from apps.events.models import Event, Ranking
from delivery.broker import open_connection
from delivery.models import OutboxMessage
from tests.broker import Broker
from tests.factories import add_entry, make_event, make_user
from tests.integration.api.clients import API, client_of, post_score
from tests.processes import Processes, wait_until

_opened: list[Any] | None = None


def _note_connection(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "socket.connect" and _opened is not None:
        _opened.append(arguments[1])


sys.addaudithook(_note_connection)


@contextmanager
def connections() -> Iterator[list[Any]]:
    """Inside, the addresses that this process opens sockets to, tried ones as well.

    Those to PostgreSQL are not among them: its library opens them without Python.
    """
    global _opened
    _opened = []
    try:
        yield _opened
    finally:
        _opened = None


def test_connections_to_the_broker_are_seen(broker: Broker) -> None:
    with connections() as opened:
        open_connection().release()
    assert len(opened) == 1


@pytest.mark.parametrize(("down", "up"), [("stop", "start"), ("freeze", "thaw")])
def test_scores_are_taken_without_the_broker_and_ranked_when_it_is_back(
    processes: Processes, broker: Broker, down: str, up: str
) -> None:
    event = make_event(owner=make_user("owner"))
    add_entry(event, "7")
    add_entry(event, "12")
    client = client_of(event.owner)
    broker.control(down)
    with connections() as opened:
        assert post_score(client, event.slug, "gate-1", bib="7", value="20:00").status_code == 201
        rows = [{"bib": "12", "value": "19:00", "idempotency_key": "gate-2"}]
        assert client.post(f"{API}/events/{event.slug}/scores/bulk", {"scores": rows}).status_code == 200
        assert client.post(f"{API}/events/{event.slug}/ranking/generate").status_code == 202
        waiting = OutboxMessage.objects.get()
        assert client.get(f"{API}/tasks/{waiting.task_id}").json()["state"] == "waiting"
    assert opened == []
    broker.control(up)
    processes.start_relay()
    processes.start_worker()
    wait_until(lambda: is_ranked(event), "the ranking of both scores")
    assert Ranking.objects.get(event=event).revision == 1


def is_ranked(event: Event) -> bool:
    event.refresh_from_db()
    return event.ranked_version == event.input_version
