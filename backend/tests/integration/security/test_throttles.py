"""The API may be asked so often in a minute; all processes count together."""

from collections.abc import Iterator
from threading import Thread
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.events.models import Score
from apps.security import allowances
from apps.security.allowances import forget_leases, give_back, take
from apps.security.models import Allowance
from tests.factories import add_entry, make_event, make_user
from tests.integration.api.clients import API, assert_problem, client_of, post_score

READ_ONLY = {"postgresql": "SET default_transaction_read_only = on", "sqlite": "PRAGMA query_only = 1"}
WRITABLE = {"postgresql": "SET default_transaction_read_only = off", "sqlite": "PRAGMA query_only = 0"}


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    forget_leases()
    yield
    forget_leases()


@pytest.mark.django_db
def test_writes_are_limited_for_each_user(settings: Any) -> None:
    settings.LIMIT_WRITES = 5
    owner, scorer = make_user("owner"), make_user("scorer")
    event = make_event(owner=owner, slug="race")
    event.scorers.add(scorer)
    add_entry(event, "7")
    answers = [post_score(client_of(owner), "race", f"key-{n}", bib="7", value=n + 1, attempt=n + 1) for n in range(7)]
    assert [answer.status_code for answer in answers] == [201] * 5 + [429] * 2
    assert_problem(answers[-1], 429)
    assert 0 < int(answers[-1]["Retry-After"]) <= 60
    assert Score.objects.count() == 5
    # Neither reading nor anybody else is concerned.
    assert client_of(owner).get(f"{API}/events/race/scores").status_code == 200
    assert post_score(client_of(scorer), "race", "key-9", bib="7", value=9, attempt=9).status_code == 201


@pytest.mark.django_db
def test_reads_without_an_account_are_limited_for_each_address(settings: Any) -> None:
    settings.LIMIT_READS = 5
    answers = [Client(REMOTE_ADDR="203.0.113.9").get(f"{API}/events") for _ in range(7)]
    assert [answer.status_code for answer in answers] == [200] * 5 + [429] * 2
    assert_problem(answers[-1], 429)
    assert Client(REMOTE_ADDR="203.0.113.10").get(f"{API}/events").status_code == 200
    assert Client(REMOTE_ADDR="203.0.113.9").get("/").status_code == 200


@pytest.mark.django_db(transaction=True)
def test_reading_needs_no_database_that_can_be_written(settings: Any) -> None:
    """As on a full disk or a replica. With SQLite reads are not even counted."""
    settings.LIMIT_READS = settings.LIMIT_WRITES = 5
    owner = make_user("owner")
    make_event(owner=owner, slug="race")
    client = client_of(owner)
    with connection.cursor() as cursor:
        cursor.execute(READ_ONLY[connection.vendor])
        try:
            assert [client.get(f"{API}/events/race").status_code for _ in range(7)] == [200] * 7
        finally:
            cursor.execute(WRITABLE[connection.vendor])
    assert not Allowance.objects.exists()


@pytest.mark.django_db
def test_a_busy_sender_costs_a_hundredth_of_a_statement(settings: Any) -> None:
    settings.LIMIT_WRITES = 1000
    with CaptureQueriesContext(connection) as captured:
        for _ in range(100):
            assert take("x", limit=1000, seconds=60) == 0
    assert len([query for query in captured.captured_queries if "INSERT" in query["sql"]]) == 10


@pytest.mark.django_db
def test_the_limit_is_never_exceeded_and_hardly_missed() -> None:
    allowed = 0
    for number in range(1500):
        if number % 40 == 0:
            forget_leases()  # as if another process went on, and this one were gone with what it had
        allowed += take("x", limit=1000, seconds=60) == 0
    assert allowed == 1000
    forget_leases()
    for number in range(30):
        if number % 3 == 0:
            forget_leases()
        allowed += take("y", limit=1000, seconds=60) == 0
    assert allowed == 1030


@pytest.mark.django_db
def test_what_two_threads_get_at_once_is_all_spent(monkeypatch: pytest.MonkeyPatch) -> None:
    ask, both = allowances._ask, [0.0]

    def ask_while_another_does(*arguments: Any) -> tuple[int, float]:
        answer = ask(*arguments)
        monkeypatch.setattr(allowances, "_ask", ask)
        both.append(take("x", limit=600, seconds=60))
        return answer

    monkeypatch.setattr(allowances, "_ask", ask_while_another_does)
    both[0] = take("x", limit=600, seconds=60)
    assert both == [0, 0]
    assert Allowance.objects.get().used == 12
    assert sum(take("x", limit=600, seconds=60) == 0 for _ in range(700)) == 598


@pytest.mark.django_db
def test_who_was_refused_takes_nothing_from_who_was_not(monkeypatch: pytest.MonkeyPatch) -> None:
    """The last part is asked for by two threads; the one that gets none is the last to say so."""
    keep = allowances._keep
    refusals: list[float] = []

    def keep_late(key: str, granted: int, now: float, ends_at: float) -> float:
        monkeypatch.setattr(allowances, "_keep", keep)
        answer = keep(key, granted, now, ends_at)
        refusals.append(keep(key, 0, now, ends_at))
        return answer

    monkeypatch.setattr(allowances, "_keep", keep_late)
    assert take("x", limit=300, seconds=60) == 0
    assert [59 < wait <= 60 for wait in refusals] == [True]
    assert [take("x", limit=300, seconds=60) == 0 for _ in range(2)] == [True, True]
    assert Allowance.objects.get().used == 3


@pytest.mark.django_db
def test_refusals_cost_nothing(settings: Any) -> None:
    for _ in range(3):
        take("x", limit=1, seconds=60)
    with CaptureQueriesContext(connection) as captured:
        assert all(take("x", limit=1, seconds=60) > 0 for _ in range(100))
    assert len(captured) == 0


@pytest.mark.django_db
def test_what_is_given_back_can_be_taken_again() -> None:
    for _ in range(5):
        assert take("x", limit=2, seconds=60) == 0
        give_back("x")
    assert [take("x", limit=2, seconds=60) > 0 for _ in range(3)] == [False, False, True]


@pytest.mark.django_db(transaction=True)
def test_threads_and_processes_at_once_exceed_nothing() -> None:
    allowed: list[bool] = []

    def ask() -> None:
        for number in range(60):
            if number % 7 == 0:
                forget_leases()
            allowed.append(take("x", limit=100, seconds=60) == 0)
        connection.close()

    threads = [Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(allowed) == 100
    assert Allowance.objects.get().used >= 100
