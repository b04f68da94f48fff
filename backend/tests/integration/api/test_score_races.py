"""Requests at the same moment: each score is stored once, whoever sends it how often."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection

from apps.events.models import Event, Score
from tests.factories import make_event
from tests.integration.api.clients import API, client_of, post_score

pytestmark = pytest.mark.django_db(transaction=True)
CLIENTS = 8


def at_once(request: Callable[[int], Any]) -> list[Any]:
    """The answers to as many requests as there are clients, sent together, each on its own connection."""
    barrier = Barrier(CLIENTS)

    def send(number: int) -> Any:
        try:
            barrier.wait(timeout=30)
            return request(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(CLIENTS) as threads:
        return list(threads.map(send, range(CLIENTS)))


def test_one_key_at_once(owner: User, event: Event) -> None:
    answers = at_once(lambda _number: post_score(client_of(owner), "race", bib="7", value=1000))
    assert Counter(answer.status_code for answer in answers) == {201: 1, 200: CLIENTS - 1}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert Score.objects.count() == 1
    event.refresh_from_db()
    assert event.input_version == 3


def test_one_key_with_different_content_at_once(owner: User, event: Event) -> None:
    answers = at_once(lambda number: post_score(client_of(owner), "race", bib="7", value=1000 + number))
    assert Counter(answer.status_code for answer in answers) == {201: 1, 409: CLIENTS - 1}
    assert Score.objects.count() == 1


def test_different_keys_at_once(owner: User, event: Event) -> None:
    answers = at_once(lambda number: post_score(client_of(owner), "race", f"k{number}", bib="7", value=1000))
    assert {answer.status_code for answer in answers} == {201}
    assert sorted(answer.json()["attempt"] for answer in answers) == list(range(1, CLIENTS + 1))
    event.refresh_from_db()
    assert event.input_version == 2 + CLIENTS


def test_the_same_bulk_at_once(owner: User, event: Event) -> None:
    rows = [{"bib": bib, "value": 1000, "idempotency_key": f"{bib}-{lap}"} for bib in ("7", "12") for lap in range(50)]
    answers = at_once(lambda _number: client_of(owner).post(f"{API}/events/race/scores/bulk", {"scores": rows}))
    counts = sorted((answer.json()["created"], answer.json()["repeated"]) for answer in answers)
    assert counts == [(0, 100)] * (CLIENTS - 1) + [(100, 0)]
    assert Score.objects.count() == 100


def test_one_slug_at_once(owner: User) -> None:
    owner.is_staff = True
    owner.save()
    body = {"slug": "new", "name": "New", "rules": {"metric": "count", "direction": "high"}}
    answers = at_once(lambda _number: client_of(owner).post(f"{API}/events", body))
    assert Counter(answer.status_code for answer in answers) == {201: 1, 409: CLIENTS - 1}


def test_one_external_id_in_many_events_at_once(owner: User) -> None:
    for number in range(CLIENTS):
        make_event(slug=f"e{number}", owner=owner)
    body = {"bib": "1", "name": "Ana", "external_id": "ana"}
    answers = at_once(lambda number: client_of(owner).post(f"{API}/events/e{number}/entries", body))
    assert {answer.status_code for answer in answers} == {201}
    assert owner.participants.count() == 1
