"""Processes that lose their broker give signs of life, and work again when it is back."""

from pathlib import Path

import pytest
from django.db import transaction

from delivery.outbox import enqueue
from tests.broker import Broker
from tests.processes import Processes, wait_until
from tests.signs import check, is_alive, keep_signs, let_pass


def test_who_waits_for_the_broker_is_alive_and_works_again(
    processes: Processes, broker: Broker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    signs = keep_signs(tmp_path, monkeypatch)
    names = ("relay", "dead-letters", "worker")
    processes.start_relay()
    processes.start_dead_letter_consumer()
    processes.start_worker()
    broker.control("stop")
    with transaction.atomic():
        enqueue("events.generate_event_ranking", {"event_id": 1})
    wait_until(lambda: check(*names).stdout.count("waiting for the broker") == len(names), "all of them say so")
    let_pass(signs, *names)
    wait_until(lambda: is_alive(*names), "they go on giving signs of life")
    assert is_alive("replays")

    broker.control("start")
    wait_until(lambda: check(*names).stdout.count(": working") == len(names), "they work again")
