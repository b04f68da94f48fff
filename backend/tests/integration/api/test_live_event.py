"""A live event: many scorers at once, rankings meanwhile, and people who ask for their place."""

from datetime import timedelta
from itertools import count
from threading import Event as Flag
from typing import Any

import pytest
from django.contrib.auth.models import User

from apps.events.changes import LONGEST_WAIT
from apps.events.models import Event, Ranking, Score
from apps.events.services import generate_event_ranking
from delivery.models import OutboxMessage
from tests.factories import add_entry, make_event
from tests.integration.api.clients import API, client_of, post_score
from tests.integration.api.races import CLIENTS, at_once

pytestmark = pytest.mark.django_db(transaction=True)

RULES: dict[str, Any] = {
    "metric": "points",
    "direction": "high",
    "attempts": "sum",
    "divisions": {"sex": ["F", "M"]},
    "tie_breakers": [{"by": "attempts"}, {"by": "draw", "seed": "lake"}],
}
ENTRIES, ROUNDS = 12, 15


@pytest.fixture
def live(owner: User) -> Event:
    event = make_event(slug="live", owner=owner, rules=RULES)
    for number in range(1, ENTRIES + 1):
        add_entry(event, str(number), divisions={"sex": "FM"[number % 2]})
    generate_event_ranking(event.pk)
    return event


def test_a_place_is_the_one_that_the_board_shows(live: Event, owner: User) -> None:
    over = Flag()

    def score(scorer: int) -> int:
        client = client_of(owner)
        try:
            for lap in range(ROUNDS):
                key = f"{scorer}-{lap}"
                body = {"bib": str((scorer * 5 + lap * 7) % ENTRIES + 1), "value": (scorer + lap) % 3}
                # Twice, as a scorer does who got no answer.
                answers = [post_score(client, "live", key, **body).status_code for _ in range(2)]
                assert answers == [201, 200]
        finally:
            over.set()
        return 0

    def rank() -> int:
        runs = 0
        while not over.is_set():
            generate_event_ranking(live.pk)
            runs += 1
        return runs

    def ask(bib: str) -> int:
        client = client_of()
        for asked in count():
            if over.is_set():
                return asked
            mine = client.get(f"{API}/events/live/ranking/entries/{bib}").json()
            board = client.get(f"{API}/events/live/ranking?revision={mine['revision']}").json()
            assert [line for line in board["rows"] if line["bib"] == bib] == [mine["entry"]]
        return 0

    workers = [rank, rank, *(lambda bib=bib: ask(bib) for bib in ("1", "5", "12"))]
    done = at_once(lambda number: score(number) if number < CLIENTS - len(workers) else workers[CLIENTS - number - 1]())
    scorers = CLIENTS - len(workers)
    assert all(done[scorers:])
    assert Score.objects.count() == scorers * ROUNDS
    generate_event_ranking(live.pk)
    live.refresh_from_db()
    assert live.ranked_version == live.input_version == ENTRIES + scorers * ROUNDS
    last = live.public_ranking
    assert last is not None
    assert last.revision == Ranking.objects.filter(event=live).count() > 1


def test_the_board_follows_within_the_cool_down(live: Event, owner: User) -> None:
    OutboxMessage.objects.all().delete()
    for number in range(20):
        post_score(client_of(owner), "live", f"key-{number}", bib="1", value=1)
    # A burst asks once, for a moment that is never further away than the longest wait.
    (asked,) = OutboxMessage.objects.filter(task_name="events.generate_event_ranking")
    assert asked.not_before is not None
    assert timedelta(0) < asked.not_before - asked.created_at <= LONGEST_WAIT


def test_a_late_score_counts_from_when_it_was_achieved(owner: User) -> None:
    rules = {"metric": "points", "direction": "high", "tie_breakers": [{"by": "achieved"}]}
    event = make_event(slug="live", owner=owner, rules=rules)
    for bib in ("1", "2"):
        add_entry(event, bib)
    post_score(client_of(owner), "live", "a", bib="1", value=5, achieved_at="2026-05-17T10:00:05Z")
    post_score(client_of(owner), "live", "b", bib="2", value=5, achieved_at="2026-05-17T10:00:00Z")
    generate_event_ranking(event.pk)
    board = client_of().get(f"{API}/events/live/ranking").json()
    assert [(line["bib"], line["rank"]) for line in board["rows"]] == [("2", 1), ("1", 2)]
