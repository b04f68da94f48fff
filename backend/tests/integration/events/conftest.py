"""Fixtures of the tests of events."""

import pytest

from apps.events.models import Event
from tests.integration.events.crowd import make_crowded_event
from tests.integration.events.thinned_event import Clock, make_race


@pytest.fixture
def event() -> Event:
    """An event whose rows alternate with those of another one."""
    return make_crowded_event()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr("django.utils.timezone.now", clock)
    return clock


@pytest.fixture
def race() -> Event:
    return make_race()
