"""enqueue: what it refuses, what it writes, and how messages coalesce."""

import threading
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.transaction import TransactionManagementError
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from delivery.arguments import MAX_KWARGS_BYTES, check_kwargs
from delivery.models import OutboxMessage
from delivery.outbox import enqueue
from tests.processes import PATIENCE_SECONDS

NAME = "events.generate_event_ranking"
LATER = datetime(2100, 1, 1, tzinfo=UTC)
EVEN_LATER = LATER + timedelta(days=1)

on_postgresql = pytest.mark.skipif(
    "connection.vendor != 'postgresql'", reason="SQLite has one writer at a time: nothing to lock"
)


@pytest.mark.django_db(transaction=True)
def test_outside_of_a_transaction_it_is_refused() -> None:
    with pytest.raises(TransactionManagementError, match=r"enqueue\('events.generate_event_ranking'\) outside"):
        enqueue(NAME, {"event_id": 1})
    assert not OutboxMessage.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_what_is_rolled_back_was_never_asked_for() -> None:
    @transaction.atomic
    def fail_after_asking() -> None:
        enqueue(NAME, {"event_id": 1})
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_after_asking()
    assert not OutboxMessage.objects.exists()


@pytest.mark.django_db
def test_it_writes_what_is_asked_for_and_returns_the_tasks_id() -> None:
    task_id = enqueue(NAME, {"event_id": 7, "note": "ä"}, coalesce_key="event:7", not_before=LATER)
    message = OutboxMessage.objects.get()
    assert message.task_id == task_id
    assert (message.task_name, message.kwargs) == (NAME, {"event_id": 7, "note": "ä"})
    assert (message.coalesce_key, message.not_before, message.sent_at) == ("event:7", LATER, None)


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["ranking", "Events.rank", "events.rank.all", "events.", "events.rank\n", ".x", "é.x"])
def test_a_name_that_is_not_domain_dot_action_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match=r"task name .* must be domain\.action"):
        enqueue(name, {})


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kwargs", "reason"),
    [
        ([1], r"kwargs: must be a dict, not list"),
        ({1: "a"}, r"kwargs: the key 1 must be a str, not int"),
        ({"a": {"b": [1, Decimal("2")]}}, r"kwargs\.a\.b\[1\]: Decimal is not a JSON type"),
        ({"a": (1, 2)}, r"kwargs\.a: tuple is not a JSON type"),
        ({"a": uuid.UUID(int=1)}, r"kwargs\.a: UUID is not a JSON type"),
        ({"a": b"x"}, r"kwargs\.a: bytes is not a JSON type"),
        ({"a": [float("nan")]}, r"kwargs\.a\[0\]: nan is not a JSON number"),
        ({"a": "x\x00"}, r"kwargs\.a: has a NUL"),
        ({"a": "\ud800"}, r"kwargs\.a: has a NUL character or half of a surrogate pair"),
        ({"a\x00": 1}, r"a key of kwargs: has a NUL"),
        ({"a": "x" * MAX_KWARGS_BYTES}, r"kwargs: \d+ bytes of JSON"),
    ],
)
def test_arguments_that_are_not_json_are_refused_with_their_place(kwargs: Any, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        enqueue(NAME, kwargs)
    assert not OutboxMessage.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("key", ["", "x" * 201])
def test_a_coalesce_key_that_does_not_fit_is_refused(key: str) -> None:
    with pytest.raises(ValueError, match=r"coalesce_key .* 1 to 200 characters"):
        enqueue(NAME, {}, coalesce_key=key)


@pytest.mark.django_db
def test_a_time_without_a_timezone_is_refused() -> None:
    with pytest.raises(ValueError, match=r"not_before: .* has no timezone"):
        enqueue(NAME, {}, not_before=datetime(2100, 1, 1))  # noqa: DTZ001 - what is refused


TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=20)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda children: st.lists(children, max_size=4) | st.dictionaries(TEXT, children, max_size=4),
    max_leaves=10,
)


@given(st.dictionaries(TEXT, JSON, max_size=4))
def test_whatever_is_json_is_accepted(kwargs: dict[str, Any]) -> None:
    check_kwargs(kwargs)


# --- coalescing -------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_second_request_with_the_key_gets_the_waiting_message() -> None:
    first = enqueue(NAME, {"event_id": 1}, coalesce_key="event:1")
    assert enqueue(NAME, {"event_id": 1}, coalesce_key="event:1") == first
    assert OutboxMessage.objects.count() == 1


@pytest.mark.django_db
def test_other_keys_other_tasks_and_no_key_do_not_coalesce() -> None:
    ids = {
        enqueue(NAME, {"event_id": 1}, coalesce_key="event:1"),
        enqueue(NAME, {"event_id": 2}, coalesce_key="event:2"),
        enqueue("rankings.refresh_season_standings", {"event_id": 1}, coalesce_key="event:1"),
        enqueue(NAME, {"event_id": 1}),
        enqueue(NAME, {"event_id": 1}),
    }
    assert len(ids) == OutboxMessage.objects.count() == 5


@pytest.mark.django_db
def test_a_sent_message_does_not_coalesce() -> None:
    first = enqueue(NAME, {"event_id": 1}, coalesce_key="event:1")
    OutboxMessage.objects.update(sent_at=timezone.now())
    assert enqueue(NAME, {"event_id": 1}, coalesce_key="event:1") != first


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("waiting", "asked", "kept"),
    [
        (LATER, EVEN_LATER, LATER),
        (EVEN_LATER, LATER, LATER),
        (LATER, None, None),
        (None, LATER, None),
        (LATER, LATER, LATER),
    ],
)
def test_the_earlier_time_of_the_two_is_kept(
    waiting: datetime | None, asked: datetime | None, kept: datetime | None
) -> None:
    enqueue(NAME, {}, coalesce_key="k", not_before=waiting)
    enqueue(NAME, {}, coalesce_key="k", not_before=asked)
    assert OutboxMessage.objects.get().not_before == kept


@pytest.mark.django_db
@pytest.mark.parametrize("not_before", [None, LATER])
def test_a_coalesced_request_costs_one_query(not_before: datetime | None) -> None:
    enqueue(NAME, {}, coalesce_key="k")
    with CaptureQueriesContext(connection) as queries:
        enqueue(NAME, {}, coalesce_key="k", not_before=not_before)
    assert len(queries) == 1


@pytest.mark.django_db
def test_a_message_for_later_is_written_by_one_query_and_notifies_nobody() -> None:
    with CaptureQueriesContext(connection) as queries:
        enqueue(NAME, {}, not_before=LATER)
    assert [query["sql"].split()[0] for query in queries] == ["INSERT"]


# --- together with others ---------------------------------------------------------------------------------------------


def in_another_thread(work: Callable[[], object]) -> threading.Thread:
    """Runs the work in a thread, which has a database connection of its own."""

    def run() -> None:
        try:
            work()
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def in_another_transaction(work: Callable[[], object]) -> threading.Thread:
    """Runs the work in a thread and in a transaction that is committed."""
    return in_another_thread(transaction.atomic(work))


@on_postgresql
@pytest.mark.django_db(transaction=True)
def test_the_relay_passes_over_a_message_until_the_change_that_coalesced_with_it_is_committed() -> None:
    with transaction.atomic():
        first = enqueue(NAME, {}, coalesce_key="k")
    claimed: list[uuid.UUID] = []

    def claim() -> None:
        waiting = OutboxMessage.objects.filter(sent_at=None).select_for_update(skip_locked=True)
        claimed.extend(waiting.values_list("task_id", flat=True))

    with transaction.atomic():
        assert enqueue(NAME, {}, coalesce_key="k") == first
        in_another_transaction(claim).join()
        assert claimed == []
    in_another_transaction(claim).join()
    assert claimed == [first]


@on_postgresql
@pytest.mark.django_db(transaction=True)
def test_a_request_writes_another_message_and_does_not_wait_while_the_relay_holds_the_first() -> None:
    with transaction.atomic():
        first = enqueue(NAME, {}, coalesce_key="k")
    with transaction.atomic():
        OutboxMessage.objects.select_for_update().get()
        second: list[uuid.UUID] = []
        thread = in_another_transaction(lambda: second.append(enqueue(NAME, {}, coalesce_key="k")))
        thread.join(PATIENCE_SECONDS)
        assert second, "it waits for us"
        assert second != [first]
    assert OutboxMessage.objects.count() == 2


@on_postgresql
@pytest.mark.django_db(transaction=True)
def test_requests_at_once_lose_nothing_and_leave_few_messages() -> None:
    threads, rounds = 4, 10
    barrier = threading.Barrier(threads)
    problems: list[BaseException] = []

    def ask() -> None:
        try:
            for _ in range(rounds):
                barrier.wait()
                with transaction.atomic():
                    enqueue(NAME, {}, coalesce_key="k")
        except BaseException as problem:
            problems.append(problem)
            barrier.abort()

    workers = [in_another_thread(ask) for _ in range(threads)]
    for worker in workers:
        worker.join()
    assert problems == []
    # Each of the threads can find the message of every other one locked, but never its own.
    assert 1 <= OutboxMessage.objects.filter(sent_at=None).count() <= threads


@on_postgresql
@pytest.mark.django_db(transaction=True)
def test_the_lookup_by_key_uses_its_index() -> None:
    with transaction.atomic():
        OutboxMessage.objects.bulk_create(
            OutboxMessage(task_name=NAME, kwargs={}, coalesce_key=f"k{number}", sent_at=timezone.now())
            for number in range(2000)
        )
        enqueue(NAME, {}, coalesce_key="k")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE delivery_outboxmessage")
    waiting = OutboxMessage.objects.filter(coalesce_key="k", task_name=NAME, sent_at__isnull=True).order_by("id")
    assert "outbox_waiting" in waiting[:1].explain()
