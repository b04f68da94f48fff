"""The rate of a lane, against its definition: in no stretch of time more than a burst and the rate of that time."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.notifications.channels import CHANNELS
from apps.notifications.courier import rates
from apps.notifications.models import Lane
from tests.integration.notifications.paper import PaperChannel

START = datetime(2026, 11, 27, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _paper(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(CHANNELS, "paper", PaperChannel())


@given(
    rate=st.floats(0.01, 500),
    steps=st.lists(st.tuples(st.floats(0, 5), st.integers(0, 2000)), max_size=40),
)
def test_no_stretch_of_time_has_more_than_the_rate(rate: float, steps: list[tuple[float, int]]) -> None:
    lane = Lane(channel="paper", rate_per_second=rate, next_slot_at=START)
    now, sent = START, []
    for pause, wanted in steps:
        now += timedelta(seconds=pause)
        count = min(wanted, rates.slots(lane, now) or 0)
        rates.use_slots(lane, now, count)
        sent.append((now, count))
    burst = max(1.0, rate)
    for first in range(len(sent)):
        total = 0
        for moment, count in sent[first:]:
            total += count
            assert total <= burst + rate * (moment - sent[first][0]).total_seconds() + 1e-3


@given(rate=st.floats(0.01, 500), used=st.integers(1, 500))
def test_a_slot_is_free_when_it_is_said_to_be(rate: float, used: int) -> None:
    lane = Lane(channel="paper", rate_per_second=rate, next_slot_at=START)
    rates.use_slots(lane, START, used)
    moment = rates.next_slot_at(lane)
    assert moment is not None
    later = max(moment, START) + timedelta(milliseconds=1)
    assert (rates.slots(lane, later) or 0) >= 1


def test_without_a_rate_there_is_no_limit() -> None:
    lane = Lane(channel="paper", next_slot_at=START)
    assert rates.slots(lane, START) is None
    rates.use_slots(lane, START, 1000)
    assert (lane.next_slot_at, rates.next_slot_at(lane)) == (START, None)
