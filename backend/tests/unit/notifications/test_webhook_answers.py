"""What each answer leads to."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from apps.notifications.channels.base import Outcome
from apps.notifications.checks import check_webhook_timeout
from apps.notifications.courier.retries import LONGEST_WAIT
from apps.notifications.webhooks.answers import Answer, judge, printable

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
SENT, RETRY, SLOW, FINAL = Outcome.SENT, Outcome.RETRY, Outcome.SLOW_RETRY, Outcome.FINAL


def outcome_of(status: int, retry_after: str = "") -> tuple[Outcome, bool, bool]:
    """With whether the lane is blamed, and whether the destination is gone."""
    result = judge(Answer(status, retry_after=retry_after), NOW)
    return result.outcome, result.blames_lane, result.is_gone


@pytest.mark.parametrize(
    ("statuses", "expected"),
    [
        ((200, 201, 202, 204, 299), (SENT, False, False)),
        ((301, 302, 303, 304, 307, 308), (FINAL, False, False)),
        ((400, 401, 403, 404, 405, 413, 418, 422, 451, 499), (FINAL, False, False)),
        ((408, 425), (RETRY, False, False)),
        ((410,), (FINAL, False, True)),
        ((429,), (SLOW, True, False)),
        ((500, 501, 502, 503, 504, 511, 599, 999), (RETRY, True, False)),
        ((101, 199), (FINAL, False, False)),
    ],
)
def test_each_status(statuses: tuple[int, ...], expected: tuple[Outcome, bool, bool]) -> None:
    assert {status: outcome_of(status) for status in statuses} == dict.fromkeys(statuses, expected)


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize(
    ("retry_after", "wait"),
    [
        ("0", 0),
        ("120", 120),
        (" 7 ", 7),
        ("Fri, 27 Nov 2026 12:00:30 GMT", 30),
        ("Fri, 27 Nov 2026 12:00:30 -0000", 30),
        ("Fri, 27 Nov 2026 11:00:00 GMT", 0),
        ("999999999", LONGEST_WAIT.total_seconds()),
        ("Fri, 27 Nov 2099 12:00:00 GMT", LONGEST_WAIT.total_seconds()),
    ],
)
def test_who_asks_to_wait_is_waited_for(status: int, retry_after: str, wait: float) -> None:
    result = judge(Answer(status, retry_after=retry_after), NOW)
    assert (result.outcome, result.wait, result.blames_lane) == (SLOW, timedelta(seconds=wait), True)


@given(retry_after=st.one_of(st.text(), st.from_regex(r"[-+.0-9e]+", fullmatch=True), st.integers().map(str)))
def test_no_retry_after_breaks_anything(retry_after: str) -> None:
    wait = judge(Answer(429, retry_after=retry_after), NOW).wait
    assert wait is None or timedelta(0) <= wait <= LONGEST_WAIT


def test_a_retry_after_of_others_changes_nothing() -> None:
    assert outcome_of(500, "60") == (RETRY, True, False)
    assert outcome_of(404, "60") == (FINAL, False, False)


def test_where_a_redirect_points_to_is_on_record() -> None:
    result = judge(Answer(302, location="http://169.254.169.254/latest"), NOW)
    assert result.answer == "302 Found: redirects are not followed; it points to http://169.254.169.254/latest"
    assert judge(Answer(301), NOW).answer.endswith("it points to nothing")


def test_the_beginning_of_the_answer_is_on_record() -> None:
    assert judge(Answer(500, text="a\r\n b\x00\x1b[31m c"), NOW).answer == "500 Internal Server Error: a b [31m c"
    assert judge(Answer(299), NOW).answer == "299"
    assert judge(Answer(204, text="  "), NOW).answer == "204 No Content"


@given(text=st.text())
def test_what_is_on_record_is_one_line_of_what_can_be_stored(text: str) -> None:
    shown = printable(text)
    assert len(shown) <= 300
    assert shown.isprintable()


@pytest.mark.parametrize(("seconds", "is_fine"), [(10, True), (90, True), (91, False), (0, False)])
def test_the_time_for_an_answer_is_well_below_that_of_a_claim(
    settings: Settings, seconds: float, is_fine: bool
) -> None:
    settings.NOTIFICATION_LEASE, settings.WEBHOOK_TIMEOUT_SECONDS = 120, seconds
    assert [one.id for one in check_webhook_timeout()] == ([] if is_fine else ["notifications.E002"])
