"""The event that files are imported into."""

import pytest

from apps.events.models import Event
from tests.factories import make_event


@pytest.fixture
def race(db: None) -> Event:
    """An open race, low time wins, with divisions F and M of sex, and any of club."""
    rules = {"metric": "duration", "direction": "low", "divisions": {"sex": ["F", "M"], "club": None}}
    return make_event(rules=rules)
