"""Whatever a dead message holds, it can be read and stored: the consumer must not die of it again and again."""

from types import SimpleNamespace
from typing import Any

import pytest

from delivery.dead_letter_intake import take_dead_message
from delivery.dead_messages import read_dead_message

pytestmark = pytest.mark.django_db


def dead(body: bytes, headers: dict[str, Any] | None = None) -> Any:
    properties = {"content_type": "application/json", "application_headers": headers or {}}
    return read_dead_message(SimpleNamespace(body=body, properties=properties), queue="events")


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
        (b"\xff", None),
        (b"", None),
    ],
)
def test_a_body_of_any_kind_is_kept_as_it_came(body: bytes, kwargs: dict[str, Any] | None) -> None:
    letter = take_dead_message(dead(body), is_last_look=True)
    assert letter is not None
    letter.refresh_from_db()
    assert (bytes(letter.body), letter.kwargs) == (body, kwargs)


@pytest.mark.parametrize("headers", [{"id": 7, "task": ["x"]}, {"x-death": "no list"}, {"x-death": [1]}, {"id": "\0"}])
def test_headers_of_any_kind_are_kept(headers: dict[str, Any]) -> None:
    assert take_dead_message(dead(b"{}", headers), is_last_look=True) is not None
