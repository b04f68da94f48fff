"""How long a message waits for its next try."""

from datetime import timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from apps.notifications.channels.base import Outcome, Result
from apps.notifications.courier.retries import LONGEST_PAUSE, pause_of_lane, wait_before_retry


def test_each_wait_is_about_that_of_the_settings(settings: Any) -> None:
    settings.NOTIFICATION_RETRY_DELAYS = [10, 100]
    result = Result(Outcome.RETRY, "busy")
    for attempt, seconds in ((1, 10), (2, 100)):
        waits = {wait_before_retry(result, attempt) for _time in range(50)}
        assert all(timedelta(seconds=seconds / 2) <= wait <= timedelta(seconds=seconds) for wait in waits if wait)
        assert len(waits) > 10, "what failed together comes back one after another"
    assert wait_before_retry(result, 3) is None


def test_final_is_final() -> None:
    assert wait_before_retry(Result(Outcome.FINAL, "no"), 1) is None


@given(st.integers(1, 10_000))
def test_the_pause_of_a_lane_has_an_end(failures: int) -> None:
    assert timedelta(seconds=2) < pause_of_lane(failures) <= LONGEST_PAUSE
