"""Fixtures of the tests of events."""

import pytest

from apps.events.models import Event
from tests.integration.events.crowd import make_crowded_event


@pytest.fixture
def event() -> Event:
    """An event whose rows alternate with those of another one."""
    return make_crowded_event()
