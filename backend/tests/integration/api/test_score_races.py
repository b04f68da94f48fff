"""Requests at the same moment: each score is stored once, whoever sends it how often."""

from collections import Counter

import pytest
from django.contrib.auth.models import User

from apps.events.models import Event, Score
from tests.integration.api.clients import API, client_of, post_score
from tests.integration.api.races import CLIENTS, at_once

pytestmark = pytest.mark.django_db(transaction=True)


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
