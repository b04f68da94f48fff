"""What each answer of a mail server and of a provider means."""

import smtplib
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
import requests
from anymail.exceptions import (
    AnymailConfigurationError,
    AnymailInvalidAddress,
    AnymailRecipientsRefused,
    AnymailRequestsAPIError,
    AnymailSerializationError,
)
from hypothesis import given
from hypothesis import strategies as st

from apps.notifications.channels.base import Result
from apps.notifications.channels.email_answers import connecting_failed, of_content, of_recipient, sending_failed
from apps.notifications.channels.retry_after import retry_after

NOW = datetime(2026, 5, 1, tzinfo=UTC)


def meaning(result: Result) -> tuple[str, bool, bool]:
    """What follows, whether the lane rests, whether the address is suppressed."""
    return result.outcome.value, result.blames_lane, result.is_gone


def at_recipient(code: int, answer: str) -> Exception:
    return smtplib.SMTPRecipientsRefused({"ana@example.org": (code, answer.encode())})


@pytest.mark.parametrize(
    ("code", "answer", "expected"),
    [
        (421, "4.7.0 too many connections", ("slow_retry", True, False)),
        (450, "4.2.1 busy", ("slow_retry", False, False)),
        (451, "greylisted", ("slow_retry", False, False)),
        (454, "4.7.1 come back", ("slow_retry", False, False)),
        (452, "4.2.2 mailbox full", ("retry", False, False)),
        (-1, "nonsense", ("retry", False, False)),
        (550, "no such user", ("final", False, True)),
        (550, "5.1.1 no such user", ("final", False, True)),
        (550, "5.1.10 null MX", ("final", False, True)),
        (550, "5.2.1 disabled", ("final", False, True)),
        (551, "moved", ("final", False, True)),
        (553, "5.1.3 bad name", ("final", False, True)),
        (550, "5.7.1 blocked for spam", ("final", False, False)),
        (550, "5.1.8 bad sender", ("final", False, False)),
        (552, "5.2.2 mailbox full", ("final", False, False)),
        (554, "5.7.1 relay access denied", ("final", False, False)),
        (500, "what?", ("final", False, False)),
        (530, "5.7.0 log in first", ("retry", True, False)),
    ],
)
def test_of_the_recipient(code: int, answer: str, expected: tuple[str, bool, bool]) -> None:
    result = sending_failed(at_recipient(code, answer))
    assert meaning(result) == expected
    assert result.answer == f"{code} {answer}"


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (smtplib.SMTPDataError(550, b"refused"), ("final", False, False)),
        (smtplib.SMTPDataError(550, b"5.1.1 no such user"), ("final", False, True)),
        (smtplib.SMTPDataError(554, b"5.7.1 spam"), ("final", False, False)),
        (smtplib.SMTPDataError(451, b"later"), ("slow_retry", False, False)),
        (smtplib.SMTPSenderRefused(550, b"5.1.8 not yours", "a"), ("retry", True, False)),
        (smtplib.SMTPSenderRefused(552, b"too large", "a"), ("final", False, False)),
        (smtplib.SMTPSenderRefused(452, b"no room", "a"), ("retry", False, False)),
        (smtplib.SMTPServerDisconnected("gone"), ("retry", False, False)),
        (ConnectionResetError("reset"), ("retry", True, False)),
        (TimeoutError("timed out"), ("retry", True, False)),
        (smtplib.SMTPNotSupportedError("no AUTH"), ("retry", True, False)),
        (AnymailRecipientsRefused(), ("final", False, True)),
        (AnymailInvalidAddress("the sender"), ("retry", True, False)),
        (AnymailConfigurationError("no token"), ("retry", True, False)),
        (AnymailSerializationError("a date"), ("final", False, False)),
    ],
)
def test_of_all_else(error: Exception, expected: tuple[str, bool, bool]) -> None:
    assert meaning(sending_failed(error)) == expected


def test_a_timeout_is_told_from_a_lost_connection() -> None:
    error = smtplib.SMTPServerDisconnected("Connection unexpectedly closed: timed out")
    error.__context__ = TimeoutError("timed out")
    assert meaning(sending_failed(error)) == ("retry", True, False)


@pytest.mark.parametrize(
    "error",
    [smtplib.SMTPAuthenticationError(535, b"wrong"), smtplib.SMTPConnectError(554, b"no"), OSError("no route")],
)
def test_who_cannot_connect_blames_the_lane(error: Exception) -> None:
    assert meaning(connecting_failed(error)) == ("retry", True, False)


def api_error(status: int | None, **headers: str) -> AnymailRequestsAPIError:
    response: Any = None
    if status is not None:
        response = requests.Response()
        response.status_code, response.reason = status, "as it is"
        response.headers.update(headers)
    return AnymailRequestsAPIError("refused", response=response)


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (None, ("retry", True, False)),
        (400, ("final", False, False)),
        (401, ("retry", True, False)),
        (402, ("retry", True, False)),
        (403, ("retry", True, False)),
        (408, ("retry", False, False)),
        (422, ("final", False, False)),
        (429, ("slow_retry", True, False)),
        (500, ("retry", True, False)),
        (503, ("retry", True, False)),
    ],
)
def test_of_an_api(status: int | None, expected: tuple[str, bool, bool]) -> None:
    assert meaning(sending_failed(api_error(status))) == expected


def test_an_api_may_say_how_long_to_wait() -> None:
    assert sending_failed(api_error(429, **{"Retry-After": "90"})).wait == timedelta(seconds=90)
    assert sending_failed(api_error(429)).wait is None


def test_another_exception_is_a_fault_of_ours() -> None:
    with pytest.raises(ZeroDivisionError):
        sending_failed(ZeroDivisionError())


@given(st.integers(0, 10**9 - 1))
def test_retry_after_in_seconds_is_a_day_at_most(seconds: int) -> None:
    assert retry_after(str(seconds), NOW) == min(timedelta(seconds=seconds), timedelta(days=1))


@given(st.integers(-(10**5), 10**6))
def test_retry_after_as_a_date_is_never_past(seconds: int) -> None:
    moment = format_datetime(NOW + timedelta(seconds=seconds), usegmt=True)
    assert retry_after(moment, NOW) == min(max(timedelta(seconds=seconds), timedelta()), timedelta(days=1))


@given(st.text())
def test_whatever_retry_after_is_it_breaks_nothing(text: str) -> None:
    retry_after(text, NOW)


@given(st.integers(-1, 999), st.text())
def test_no_answer_is_unknown_and_only_refusals_suppress(code: int, answer: str) -> None:
    for result in (of_recipient(code, answer), of_content(code, answer)):
        assert not result.is_gone or (code >= 500 and result.outcome == "final")
