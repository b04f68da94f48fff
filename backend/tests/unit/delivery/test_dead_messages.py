"""Whatever a dead message holds, it can be read and stored: the consumer must not die of it again and again."""

import json
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import transaction
from django_celery_results.models import TaskResult

from delivery.dead_letter_intake import ResultPending, take_dead_message
from delivery.dead_messages import DeadMessage, read_dead_message
from delivery.ledger import task_state
from delivery.models import DeadLetter
from delivery.outbox import enqueue

pytestmark = pytest.mark.django_db


def dead(body: bytes, headers: dict[str, Any] | None = None) -> DeadMessage:
    properties = {"content_type": "application/json", "application_headers": headers or {}}
    message = SimpleNamespace(body=body, properties=properties, delivery_info={"redelivered": False})
    return read_dead_message(message, queue="events")


@pytest.mark.parametrize(
    ("body", "kwargs"),
    [
        (b"[" * 200_000, None),
        (b'[[], {"a": ' + b"[" * 20_000 + b"]" * 20_000 + b"}, {}]", None),
        (b'[[], {"a": ' + b"9" * 5_000 + b"}, {}]", None),
        (b'[[], {"a": NaN}, {}]', {"a": "NaN"}),
        (b'[[], {"a": "\\ud800"}, {}]', {"a": "?"}),
        (b'[[], {"a": "\\u0000"}, {}]', {"a": "\N{REPLACEMENT CHARACTER}"}),
        (b'[[1], {"a": 1}, {}]', None),
        (b'[[], {"a": ' + b"[" * 600 + b"]" * 600 + b"}, {}]", None),
        (b"\xff", None),
        (b"", None),
    ],
)
def test_a_body_of_any_kind_is_kept_as_it_came(body: bytes, kwargs: dict[str, Any] | None) -> None:
    letter = take_dead_message(dead(body), is_last_look=True)
    assert letter is not None
    letter.refresh_from_db()
    assert (bytes(letter.body), letter.kwargs) == (body, kwargs)


@pytest.mark.parametrize(
    "headers",
    [
        {"id": 7, "task": ["x"]},
        {"x-death": "no list"},
        {"x-death": [1]},
        {"id": "\0"},
        {"x-death": [{"queue": "events", "reason": "\0"}]},
    ],
)
def test_headers_of_any_kind_are_kept(headers: dict[str, Any]) -> None:
    assert take_dead_message(dead(b"{}", headers), is_last_look=True) is not None


def test_what_the_database_refuses_is_left_out_and_the_rest_is_a_letter() -> None:
    message = dead(b'[[], {"a": 1}, {}]', {"id": "6a7f", "task": "events.x"})
    broken = replace(message, headers={"a": "\0"}, kwargs={"a": "\ud800"})
    letter = take_dead_message(broken, is_last_look=True)
    assert letter is not None
    assert (letter.task_id, letter.task_name, letter.headers, letter.kwargs) == ("6a7f", "events.x", {}, None)
    assert bytes(letter.body) == message.body
    assert take_dead_message(replace(broken, is_redelivered=True), is_last_look=True) == letter
    # Another that differs in nothing else is another letter all the same.
    assert take_dead_message(replace(broken, headers={"b": "\0"}), is_last_look=True) != letter


@pytest.mark.parametrize("text", ["a\0b", "a\ud800b"])
def test_an_exception_of_any_text_is_kept(text: str) -> None:
    """As of a KeyError, whose traceback shows neither of the two as it is."""
    result = json.dumps({"exc_type": f"Key{text}", "exc_message": [text]})
    TaskResult.objects.create(task_id="6a7f", status="FAILURE", result=result)
    letter = take_dead_message(dead(b"[[], {}, {}]", {"id": "6a7f"}), is_last_look=True)
    assert letter is not None
    assert letter.exception_message in ("a\N{REPLACEMENT CHARACTER}b", "a?b")


def test_what_has_succeeded_is_no_letter() -> None:
    TaskResult.objects.create(task_id="6a7f", status="SUCCESS")
    assert take_dead_message(dead(b"[[], {}, {}]", {"id": "6a7f"}), is_last_look=True) is None
    assert not DeadLetter.objects.exists()


def test_a_task_that_dies_once_is_one_letter_however_its_message_came() -> None:
    message = dead(b"[[], {}, {}]", {"id": "6a7f", "task": "events.x"})
    assert take_dead_message(message, is_last_look=True) == take_dead_message(message, is_last_look=True)


def test_the_cause_is_that_of_its_own_queue_and_not_of_a_delay() -> None:
    delay, own = {"queue": "celery_delayed_3", "reason": "expired"}, {"queue": "events", "reason": "delivery_limit"}
    assert dead(b"", {"x-death": [delay, own]}).cause == "delivery_limit"


def test_names_that_are_too_long_are_cut() -> None:
    TaskResult.objects.create(task_id="i" * 255, status="FAILURE", result=json.dumps({"exc_type": "E" * 300}))
    letter = take_dead_message(dead(b"", {"id": "i" * 300, "task": "t" * 300}), is_last_look=True)
    assert letter is not None
    assert (len(letter.task_id), len(letter.task_name), len(letter.exception_type)) == (255, 200, 200)


def test_a_task_that_was_asked_for_has_failed_once_it_is_a_letter() -> None:
    with transaction.atomic():
        task_id = enqueue("events.x", {})
    message = dead(b"[[], {}, {}]", {"id": str(task_id), "task": "events.x"})
    rejected = replace(message, cause="rejected")
    with pytest.raises(ResultPending):
        take_dead_message(rejected, is_last_look=False)
    assert task_state(task_id).state == "waiting"
    letter = take_dead_message(rejected, is_last_look=True)
    assert letter is not None
    assert letter.exception_message == "no worker could read it, knew its task, or could write why it failed"
    assert (task_state(task_id).state, task_state(task_id).reason) == ("failed", f"GivenUp: {letter.exception_message}")
