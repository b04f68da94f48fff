"""Holds: what is refused, what is held, what is due, and what is recorded."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from delivery.claims import claim, seconds_until_due
from delivery.held import active_holds, free
from delivery.holds import HoldRefused, release_hold
from delivery.models import Hold, OperatorAct, OutboxMessage
from delivery.outbox import enqueue
from tests.hold_rows import NAME, OTHER, STANDINGS, ask, hold

pytestmark = pytest.mark.django_db

LATER = datetime(2100, 1, 1, tzinfo=UTC)

# SQLite compares lists as text, and takes "true" for true.
on_postgresql = pytest.mark.skipif(connection.vendor != "postgresql", reason="about PostgreSQL itself")


def claimed() -> list[tuple[str, dict[str, Any]]]:
    with transaction.atomic():
        return [(row.task_name, row.kwargs) for row in claim(100)]


def let_pass(hold: Hold) -> None:
    Hold.objects.filter(pk=hold.pk).update(until=timezone.now())


# --- what makes no sense ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("what", "reason"),
    [
        ({}, r"hold: needs either a queue, or a task name or an argument"),
        ({"queue": "events", "task_name": NAME}, r"hold: needs either a queue"),
        ({"queue": "events", "argument": "event_id", "value": 1}, r"hold: needs either a queue"),
        ({"queue": "event"}, rf"queue 'event': is unknown; there are {', '.join(sorted(settings.QUEUES))}"),
        ({"task_name": "events.rank"}, r"task 'events.rank': is unknown; there are .*events.generate_event_ranking, "),
        ({"task_name": "celery.chord"}, r"task 'celery.chord': is unknown"),
        ({"argument": "event-id", "value": 1}, r"argument 'event-id': is no name of an argument"),
        ({"argument": "event_id", "value": float("nan")}, r"kwargs\.event_id: nan is not a JSON number"),
        ({"argument": "note", "value": "\x00"}, r"kwargs\.note: has a NUL"),
        ({"task_name": NAME, "value": 1}, r"value: needs the name of an argument"),
        ({"queue": "events", "until": datetime(2020, 1, 1, tzinfo=UTC)}, r"until: 20.* is past"),
        ({"queue": "events", "reason": " "}, r"reason: must say why"),
    ],
)
def test_a_hold_that_makes_no_sense_is_refused_with_its_place(what: dict[str, Any], reason: str) -> None:
    with pytest.raises(HoldRefused, match=reason):
        hold(**what)
    assert not Hold.objects.exists()
    assert not OperatorAct.objects.exists()


def test_a_name_that_only_waits_is_known() -> None:
    """Another release may have asked for it."""
    ask("events.of_tomorrow")
    hold(task_name="events.of_tomorrow")
    assert claimed() == []


def test_a_hold_that_is_over_or_unknown_cannot_be_released() -> None:
    first, second = hold(queue="events"), hold(queue="rankings", until=LATER)
    release_hold(first.pk, reason="mended", who="bo")
    with pytest.raises(HoldRefused, match=rf"hold {first.pk}: was released by bo at 20"):
        release_hold(first.pk, reason="mended", who="bo")
    let_pass(second)
    with pytest.raises(HoldRefused, match=rf"hold {second.pk}: ended by itself at 20"):
        release_hold(second.pk, reason="mended", who="bo")
    with pytest.raises(HoldRefused, match=r"hold 0: there is none"):
        release_hold(0, reason="mended", who="bo")
    assert OperatorAct.objects.count() == 3


def test_a_release_needs_a_reason() -> None:
    held = hold(queue="events")
    with pytest.raises(HoldRefused, match=r"reason: must say why"):
        release_hold(held.pk, reason="", who="bo")
    assert active_holds() == [held]


# --- what is held -----------------------------------------------------------------------------------------------------


def test_a_queue_is_held_by_the_routes() -> None:
    for name in (NAME, OTHER, STANDINGS, "some.other", "notifications.some_action"):
        ask(name)
    hold(queue="events")  # which also takes what has no route of its own
    assert [name for name, _ in claimed()] == [STANDINGS, "notifications.some_action"]
    hold(queue="rankings")
    assert [name for name, _ in claimed()] == ["notifications.some_action"]


def test_a_name_is_held_alone() -> None:
    ask(NAME), ask(OTHER)
    hold(task_name=NAME)
    assert [name for name, _ in claimed()] == [OTHER]


def test_an_argument_is_held_in_all_tasks_or_in_one() -> None:
    for name in (NAME, "rankings.refresh_season_standings"):
        ask(name, event_id=42), ask(name, event_id=43)
    ask(OTHER, batch_id=42)
    everywhere = hold(argument="event_id", value=42)
    assert [kwargs for _, kwargs in claimed()] == [{"event_id": 43}, {"event_id": 43}, {"batch_id": 42}]
    release_hold(everywhere.pk, reason="narrower", who="ana")
    hold(argument="event_id", value=42, task_name=NAME)
    assert [name for name, kwargs in claimed() if kwargs == {"event_id": 42}] == ["rankings.refresh_season_standings"]


@pytest.mark.parametrize("value", [42, "42", None, True, 0, "", -1.5, "\u00e4 'b\" \\", "null"])
def test_a_value_is_held_by_what_json_calls_equal(value: Any) -> None:
    others = [42, "42", True, 0, 1, "", -1.5, "\u00e4 'b\" \\", [42], {"a": 42}]
    different = [other for other in others if other != value or type(other) is not type(value)]
    for kwargs in [{}, {"x": value}, *({"x": other} for other in different)]:
        ask(**kwargs)
    hold(argument="x", value=value)
    assert [kwargs for _, kwargs in claimed()] == [{}, *({"x": other} for other in different)]


@pytest.mark.parametrize("name", ["contains", "has_key", "isnull", "a__b", "in"])
def test_an_argument_may_be_called_like_a_lookup(name: str) -> None:
    for number in (1, 2):
        enqueue(NAME, {name: number})
    hold(argument=name, value=1)
    assert claimed() == [(NAME, {name: 2})]


def test_several_holds_hold_together_and_each_has_to_end() -> None:
    ask(event_id=1)
    holds = [hold(queue="events"), hold(task_name=NAME), hold(argument="event_id", value=1)]
    for each in holds:
        assert claimed() == []
        release_hold(each.pk, reason="mended", who="ana")
    assert claimed() == [(NAME, {"event_id": 1})]


def test_a_hold_ends_by_itself_when_its_time_has_come() -> None:
    ask()
    held = hold(queue="events", until=LATER)
    assert claimed() == []
    let_pass(held)
    assert len(claimed()) == 1


def test_what_is_released_goes_in_its_order() -> None:
    held = hold(argument="event_id", value=1)
    for number in range(6):
        ask(event_id=number % 2, number=number)
    assert [kwargs["number"] for _, kwargs in claimed()] == [0, 2, 4]
    release_hold(held.pk, reason="mended", who="ana")
    assert [kwargs["number"] for _, kwargs in claimed()] == [0, 1, 2, 3, 4, 5]


def test_a_request_joins_a_held_message() -> None:
    with transaction.atomic():
        first = enqueue(NAME, {"event_id": 1}, coalesce_key="k", not_before=LATER)
        hold(queue="events")
        assert enqueue(NAME, {"event_id": 1}, coalesce_key="k") == first
    assert OutboxMessage.objects.get().not_before is None
    assert claimed() == []


JSON_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-3, 3)
    | st.sampled_from([1.0, 0.5, -0.0, 2**80, 1e20, "", "1", "true", "null", "\u00e4"]),
    lambda children: st.lists(children, max_size=2) | st.dictionaries(st.sampled_from("ab"), children, max_size=2),
    max_leaves=4,
)


def is_same(one: Any, other: Any) -> bool:
    """Equal as JSON: Python takes True for 1."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(is_same, one, other))
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(is_same(one[key], other[key]) for key in one)
    return bool(one == other)


@on_postgresql
@given(JSON_VALUES, st.lists(JSON_VALUES, min_size=1, max_size=5))
def test_exactly_the_equal_are_held(value: Any, waiting: list[Any]) -> None:
    with transaction.atomic():
        OutboxMessage.objects.bulk_create(OutboxMessage(task_name=NAME, kwargs={"x": each}) for each in waiting)
        hold(argument="x", value=value)
        left = [message.kwargs["x"] for message in free(OutboxMessage.objects.order_by("id"), active_holds())]
        transaction.set_rollback(True)
    assert left == [each for each in waiting if not is_same(each, value)]


# --- what is due ------------------------------------------------------------------------------------------------------


def test_held_rows_are_not_due() -> None:
    ask()
    assert (seconds_until_due() or 0) <= 0
    held = hold(queue="events")
    assert seconds_until_due() is None
    ask(STANDINGS)
    assert (seconds_until_due() or 0) <= 0
    OutboxMessage.objects.filter(task_name=STANDINGS).delete()
    release_hold(held.pk, reason="mended", who="ana")
    assert (seconds_until_due() or 0) <= 0


def test_the_end_of_a_hold_is_the_next_moment_to_look() -> None:
    ask()
    hold(queue="events", until=timezone.now() + timedelta(hours=2))
    hold(task_name=NAME, until=timezone.now() + timedelta(hours=1))
    due_in = seconds_until_due()
    assert due_in is not None
    assert 3590 < due_in <= 3600


def test_without_holds_the_relay_asks_one_question_more() -> None:
    ask()
    with CaptureQueriesContext(connection) as queries:
        claimed()
    selects = [query["sql"] for query in queries if query["sql"].startswith("SELECT")]
    assert len(selects) == 2
    assert "CASE" not in selects[1]
