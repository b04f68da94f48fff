"""Whatever a dead message holds, it can be read and stored: the consumer must not die of it again and again."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from delivery.dead_letter_intake import take_dead_message
from delivery.dead_messages import DeadMessage, read_dead_message

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
