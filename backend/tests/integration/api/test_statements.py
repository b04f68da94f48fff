"""How many SQL statements a request costs. One more for each request of a busy event is a decision, not an accident."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from apps.events.models import Event
from apps.events.services import change_entry, generate_event_ranking
from delivery.models import OutboxMessage
from tests.factories import add_entry, make_user
from tests.integration.api.clients import API, client_of, post_score

# The statements of one new score, in their order, by the table that each reads or writes.
TOKEN_WITH_USER = "SELECT authtoken_token"
EVENT = "SELECT events_event"
IS_SCORER = "SELECT auth_user"
LOCK_EVENT = "SELECT events_event FOR NO KEY UPDATE"
ENTRY_WITH_LAST_ATTEMPT = "SELECT events_entry"
KNOWN_KEY = "SELECT events_score"
STORE = "INSERT events_score"
RAISE_VERSION = "UPDATE events_event"
KNOWN_ENTRY = "SELECT events_entry"
KNOWN_USER = "SELECT auth_user"
WAITING_RANKING = "SELECT delivery_outboxmessage FOR UPDATE"
ENQUEUE = "INSERT delivery_outboxmessage"
NEW_SCORE = [
    TOKEN_WITH_USER,
    EVENT,
    LOCK_EVENT,
    ENTRY_WITH_LAST_ATTEMPT,
    KNOWN_KEY,
    STORE,
    RAISE_VERSION,
    WAITING_RANKING,
]
REPEATED_SCORE = [*NEW_SCORE[:5], KNOWN_ENTRY, KNOWN_USER]
RANKING_PAGE = [
    EVENT,
    "SELECT events_ranking",
    "SELECT events_rankingpage",
    "SELECT events_participant",  # the entries: a subselect for their names comes first in the text
]


def shape(sql: str) -> str:
    """What a statement does to which table, and its lock."""
    verb, *words = sql.replace('"', "").split()
    table = words[0] if verb == "UPDATE" else words[words.index("INTO" if verb == "INSERT" else "FROM") + 1]
    lock = sql[sql.index(" FOR ") :] if " FOR " in sql else ""
    return f"{verb} {table}{lock.replace(' OF ', '').replace(' SKIP LOCKED', '')}"


def statements(captured: CaptureQueriesContext) -> list[str]:
    """The shapes of the captured statements, without those that begin and end transactions."""
    verbs = ("SELECT", "INSERT", "UPDATE", "DELETE")
    queries = [query["sql"].strip() for query in captured.captured_queries]
    return [shape(sql) for sql in queries if sql.startswith(verbs)]


@pytest.mark.django_db(transaction=True)
class TestNewScore:
    """Nothing around the request: no transaction of a test, so that BEGIN and COMMIT are those of the service."""

    def test_by_the_owner(self, organiser: APIClient, event: Event) -> None:
        with CaptureQueriesContext(connection) as captured:
            assert post_score(organiser, "race", bib="7", value=1000).status_code == 201
        assert statements(captured) == NEW_SCORE
        assert sum(query["sql"] in ("BEGIN", "COMMIT") for query in captured.captured_queries) == 2

    def test_for_a_private_event(self, organiser: APIClient, event: Event) -> None:
        organiser.patch(f"{API}/events/race", {"visibility": "private"})
        with CaptureQueriesContext(connection) as captured:
            assert post_score(organiser, "race", bib="7", value=1000).status_code == 201
        assert statements(captured) == NEW_SCORE

    def test_by_a_scorer(self, event: Event) -> None:
        scorer = make_user()
        event.scorers.add(scorer)
        client = client_of(scorer)
        with CaptureQueriesContext(connection) as captured:
            assert post_score(client, "race", bib="7", value=1000).status_code == 201
        assert statements(captured) == [*NEW_SCORE[:2], IS_SCORER, *NEW_SCORE[2:]]

    def test_first_of_a_burst_also_enqueues(self, organiser: APIClient, event: Event) -> None:
        OutboxMessage.objects.all().delete()
        with CaptureQueriesContext(connection) as captured:
            assert post_score(organiser, "race", bib="7", value=1000).status_code == 201
        assert statements(captured) == [*NEW_SCORE, ENQUEUE]

    def test_repeated_request_writes_nothing(self, organiser: APIClient, event: Event) -> None:
        post_score(organiser, "race", bib="7", value=1000)
        with CaptureQueriesContext(connection) as captured:
            assert post_score(organiser, "race", bib="7", value=1000).status_code == 200
        assert statements(captured) == REPEATED_SCORE


@pytest.mark.django_db(transaction=True)
class TestBulk:
    @pytest.mark.parametrize("rows", [1, 900])
    def test_as_many_as_for_one_score(self, organiser: APIClient, event: Event, rows: int) -> None:
        scores = [{"bib": "7", "value": 1, "idempotency_key": f"k{number}"} for number in range(rows)]
        for expected in (NEW_SCORE, REPEATED_SCORE):
            with CaptureQueriesContext(connection) as captured:
                assert organiser.post(f"{API}/events/race/scores/bulk", {"scores": scores}).status_code == 200
            assert statements(captured) == expected


@pytest.mark.django_db(transaction=True)
class TestRanking:
    def test_unchanged_costs_the_event_alone(self, visitor: APIClient, event: Event) -> None:
        generate_event_ranking(event.pk)
        for path in (
            "ranking",
            "ranking?revision=1",
            "ranking/top",
            "ranking/around/7",
            "ranking/entries/7",
            "ranking.csv",
        ):
            url = f"{API}/events/race/{path}"
            etag = visitor.get(url)["ETag"]
            with CaptureQueriesContext(connection) as captured:
                assert visitor.get(url, headers={"If-None-Match": etag}).status_code == 304
            assert statements(captured) == [EVENT]

    def test_page_costs_the_same_for_any_number_of_lines(self, visitor: APIClient, event: Event) -> None:
        generate_event_ranking(event.pk)
        with CaptureQueriesContext(connection) as captured:
            assert len(visitor.get(f"{API}/events/race/ranking").json()["rows"]) == 2
        assert statements(captured) == RANKING_PAGE

    def test_hidden_entries_cost_four_more_while_a_ranking_is_due(self, visitor: APIClient, event: Event) -> None:
        for bib in ("31", "32", "33"):
            add_entry(event, bib)
        generate_event_ranking(event.pk)
        for entry in event.entries.filter(bib__startswith="3"):
            change_entry(entry.pk, changes={"standing": entry.Standing.HIDDEN})
        with CaptureQueriesContext(connection) as captured:
            assert visitor.get(f"{API}/events/race/ranking").json()["total"] == 2
        assert len(statements(captured)) == len(RANKING_PAGE) + 4
