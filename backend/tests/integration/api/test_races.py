"""Changes at the same moment: one of them wins, or both are done; none waits for the other for ever."""

from collections import Counter

import pytest
from django.contrib.auth.models import User

from tests.factories import add_entry, make_event
from tests.integration.api.clients import API, client_of
from tests.integration.api.races import CLIENTS, at_once

pytestmark = pytest.mark.django_db(transaction=True)


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


def test_people_of_the_same_events_at_once(owner: User) -> None:
    events = [make_event(slug=f"e{number}", owner=owner) for number in range(2)]
    for event in events:
        for bib in ("1", "2"):
            add_entry(event, bib, external_id=bib)

    def change(number: int) -> list[int]:
        client, url = client_of(owner), f"{API}/events/e{number % 2}/entries/{number // 2 % 2 + 1}"
        bodies = [{"name": f"name {number}-{turn}", "status": "DNF"} for turn in range(5)]
        return [client.patch(url, body).status_code for body in bodies]

    assert at_once(change) == [[200] * 5] * CLIENTS
